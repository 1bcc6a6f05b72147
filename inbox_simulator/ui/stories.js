/** The list of stories to choose from. */

import { loadStories, playStory } from "./api.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";

export function storyMenu({ fail }) {
  const list = h("div", { class: "stories" });
  const fresh = h("input", { type: "checkbox", checked: true, "data-test": "story-fresh" });
  const content = h(
    "div",
    {},
    list,
    h("label", { class: "check" }, fresh, h("span", {}, "Begin on an empty stage ", h("small", {}, "The people on the page go."))),
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

  let known = null;

  async function load() {
    if (known) return;
    try {
      known = await loadStories();
      fill(list, ...known.map((story) => storyButton(story, play)));
      list.querySelector("button")?.focus();
    } catch (error) {
      fill(list, h("p", { class: "trouble" }, error.message));
    }
  }

  async function play(key) {
    part.show(false);
    try {
      await playStory(key, { fresh: fresh.checked });
    } catch (error) {
      fail(error);
    }
  }

  return { node: part.node, open: () => part.show(true), play };
}

function storyButton({ key, name, about, needs, bridge }, play) {
  return h(
    "button",
    { type: "button", class: "story-choice", "data-test": `story-${key}`, click: () => play(key) },
    h("span", { class: "story-play" }, icon("play")),
    h(
      "span",
      { class: "story-words" },
      h("strong", {}, name, bridge && h("span", { class: "tag", title: "A rule of this project's bridge. Another bot need not do the same." }, "bridge")),
      h("span", {}, about),
      needs && h("small", { class: "needs" }, "Needs: ", needs),
    ),
  );
}
