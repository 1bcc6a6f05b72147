/** The story that is played: a caption for its step, how far it is, and what to do with it. */

import { actOnStory, playStory, setPace } from "./api.js";
import { commandLine } from "./copying.js";
import { fill, h, keyed, setAttr, setText } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./speakers.js";

const PACES = [
  [0.5, "½×"],
  [1, "1×"],
  [2, "2×"],
  [4, "4×"],
  [0, "at once"],
];

/** `takeOver()` gives the page to whoever wants to go on by hand. */
export function storyBar(root, store, { fail, takeOver, choose }) {
  const act = (name) => actOnStory(name).catch(fail);
  const parts = build({
    toggle,
    step: () => act("step"),
    stop: () => act("stop"),
    pace: (pace) => setPace(pace).catch(fail),
    again: () => playStory(store.state.story.key, { fresh: true }).catch(fail),
    choose,
    leave: () => act("leave").then(takeOver),
  });
  root.append(parts.node);
  let drawn = null;

  function toggle() {
    const { story } = store.state;
    if (story?.status === "playing") return act("pause");
    return story?.status === "paused" ? act("go_on") : choose();
  }

  store.subscribe(({ story }) => {
    root.hidden = !story;
    document.body.toggleAttribute("data-story", Boolean(story));
    if (!story || story === drawn) return;
    drawn = story;
    draw(parts, story);
  });
  return { toggle, step: () => store.state.story && act("step"), stop: () => store.state.story && act("stop") };
}

function build(acts) {
  const button = (name, iconName, label, click, look = "icon-button") =>
    h("button", { type: "button", class: look, "data-test": `story-${name}`, "aria-label": label, title: label, click }, icon(iconName));
  const parts = {
    picture: h("span", { class: "story-picture" }),
    name: h("span", { class: "story-name" }),
    count: h("span", { class: "story-count" }),
    words: h("strong", { class: "story-caption", "data-test": "story-caption" }),
    why: h("p", { class: "story-why", "data-test": "story-why" }),
    start: h("div", { class: "story-start", hidden: true }),
    problem: h("details", { class: "story-problem", hidden: true }, h("summary", {}, "What was there instead"), h("pre", { tabindex: "0" })),
    steps: h("ol", { class: "story-steps", "aria-label": "Steps" }),
    toggle: button("toggle", "pause", "Pause", acts.toggle, "icon-button is-strong"),
    step: button("step", "next", "Next step", acts.step),
    again: button("again", "repeat", "Play it again", acts.again),
    stop: button("stop", "close", "End the story", acts.stop),
    pace: h("select", { class: "story-pace", "aria-label": "Pace", "data-test": "story-pace", change: ({ target }) => acts.pace(Number(target.value)) }, ...PACES.map(([pace, words]) => h("option", { value: pace }, words))),
    leave: h("button", { type: "button", class: "quiet", "data-test": "story-leave", title: "Leave everything as it is now and go on yourself", click: acts.leave }, "Take over"),
    another: h("button", { type: "button", class: "quiet", click: acts.choose }, "Another story"),
  };
  parts.node = h(
    "div",
    { class: "story-inside" },
    h(
      "div",
      { class: "story-main" },
      parts.picture,
      h("div", { class: "story-text", "aria-live": "polite" }, h("div", { class: "story-head" }, parts.name, parts.count), parts.words, parts.why, parts.start, parts.problem),
      h("div", { class: "story-controls" }, parts.toggle, parts.step, parts.pace, parts.again, parts.another, parts.leave, parts.stop),
    ),
    parts.steps,
  );
  return parts;
}

const OVER = ["done", "failed", "ended"];

function draw(parts, story) {
  const over = OVER.includes(story.status);
  const step = presentStep(story);
  const at = story.steps.indexOf(step);
  setAttr(parts.node, "data-status", story.status);
  setText(parts.name, story.name);
  setText(parts.count, countWords(story, at));
  drawCaption(parts, story, step);
  const playing = story.status === "playing";
  fill(parts.toggle, icon(playing ? "pause" : "play"));
  setAttr(parts.toggle, "aria-label", playing ? "Pause" : "Go on");
  setAttr(parts.toggle, "title", playing ? "Pause (p)" : "Go on (p)");
  parts.pace.value = String(story.pace);
  for (const part of [parts.toggle, parts.step, parts.pace, parts.leave]) part.hidden = over;
  for (const part of [parts.again, parts.another]) part.hidden = !over;
  keyed(parts.steps, story.steps.map((item, index) => ({ ...item, index })), ({ index }) => `${story.key} ${index}`, stepMark);
}

function countWords({ status, steps }, at) {
  if (!steps.length) return "";
  const how = { paused: " · paused", failed: " · did not hold", done: " · the end" }[status] ?? "";
  return `${at + 1} of ${steps.length}${how}`;
}

function drawCaption(parts, story, step) {
  const done = story.status === "done";
  setText(parts.words, done ? "That was the story. Everything on the page is still live." : (step?.words ?? "The stage is being set…"));
  setText(parts.why, done ? "Look at the wire line by line, or write on as one of them." : (step?.why ?? ""));
  fill(parts.picture, step ? pictureOf(step, done) : icon("play"));
  const [first, ...rest] = story.problem.split("\n");
  parts.problem.hidden = !story.problem;
  if (story.problem) setText(parts.why, story.needs ? `${first} This story needs: ${story.needs}` : first);
  setText(parts.problem.querySelector("pre"), rest.join("\n"));
  parts.start.hidden = !(story.problem && story.start);
  if (!parts.start.hidden) fill(parts.start, "Start the demo by ", commandLine(story.start));
}

/** The step that is under way, else the last one that was. */
function presentStep({ steps }) {
  const now = steps.findLast(({ status }) => status !== "ahead");
  return now ?? steps[0];
}

const ICONS = { clock: "clock", faults: "bolt", switches: "sliders", strip: "strip", wire: "wire" };

function pictureOf({ place, who, is_expectation: looks }, done) {
  if (done) return icon("check");
  if (ICONS[place]) return icon(ICONS[place]);
  if (looks) return icon("eye");
  return place === "inbox" ? avatar({ kind: "human", name: "Mia" }) : avatar({ kind: "person", name: who });
}

function stepMark() {
  const node = h("li", {});
  return {
    node,
    update({ words, status, index }) {
      setAttr(node, "data-status", status);
      setAttr(node, "title", `${index + 1}. ${words}`);
      setAttr(node, "aria-current", status === "now" ? "step" : null);
      setAttr(node, "aria-label", `${words}: ${status}`);
    },
  };
}
