/** The list of stories to choose from. */

import { loadStories, playStory, reset } from "./api.js";
import { commandLine } from "./copying.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";

export function storyMenu(store, fail) {
  const list = h("div", { class: "stories" });
  const fresh = h("input", { type: "checkbox", checked: true, "data-test": "story-fresh" });
  const content = h(
    "div",
    {},
    list,
    h("div", { class: "stage" }, h("label", { class: "check" }, fresh, h("span", {}, "Begin on an empty stage ", h("small", {}, "The people on the page go."))),
      h("button", { type: "button", class: "quiet", "data-test": "empty-stage", title: "All people go, and the time is the real one again. Who is connected stays.", click: clear }, "Empty it now"),
      h("a", { class: "quiet button", href: "/_simulator/recording", download: "session.json", "data-test": "save-session", title: "What people, agents and time did since the stage was empty. `.venv/bin/python -m inbox_simulator replay` plays it again, as a test." }, "Save the session"),
    ),
  );
  const part = menu({
    label: "Play a story",
    iconName: "play",
    title: "Each one plays by itself, with a caption for what happens and why. You can pause it and take over at any moment.",
    content,
    test: "stories",
    opened: load,
    look: "is-primary",
    wide: true,
  });

  let loading = null;

  function load() {
    loading ??= loadStories().then(
      (known) => fill(list, ...known.map((story) => storyChoice(story, play))),
      (error) => {
        loading = null; // tried again when it opens
        fill(list, h("p", { class: "trouble" }, error.message));
      },
    );
    return loading;
  }

  function clear() {
    part.show(false);
    store.askAnew(true);
    reset().catch(failed);
  }

  async function play(key) {
    part.show(false);
    store.askAnew(fresh.checked);
    await playStory(key, { fresh: fresh.checked }).catch(failed);
  }

  function failed(error) {
    store.askAnew(false);
    fail(error);
  }

  load(); // before it opens: what comes later would move what is about to be clicked
  return { node: part.node, open: () => part.show(true), play };
}

function storyChoice({ key, name, about, needs, start, bridge }, play) {
  const words = h(
    "span",
    { class: "story-words" },
    h("strong", {}, name, bridge && h("span", { class: "tag", title: "A rule of this project's bridge. Another bot need not do the same." }, "bridge")),
    h("span", {}, about),
    needs && h("small", { class: "needs" }, "Needs: ", needs),
  );
  const button = h("button", { type: "button", class: "story-choice", "data-test": `story-${key}`, click: () => play(key) }, h("span", { class: "story-play" }, icon("play")), words);
  return start ? h("div", {}, button, h("div", { class: "story-start" }, "Start the demo by ", commandLine(start))) : button;
}
