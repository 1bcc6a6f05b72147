/** The strip: who owned the selected conversation over time, and what the bot heard of it. */

import { fill, h, keyed, setAttr, setText } from "./dom.js";
import { heardBy, ownerOf, stretchesOf } from "./facts.js";
import { clockTime, lasting } from "./format.js";
import { heardPanel } from "./heard-panel.js";
import { lights } from "./highlight.js";
import { appName, avatar, speakerOf } from "./speakers.js";
import { stateMark } from "./state-word.js";
import { timeScale } from "./time-scale.js";

const CAUSES = {
  message: "wrote",
  pass: "passed",
  take: "taken",
  release: "released",
  expired: "24 h silent",
  done: "done",
  reply: "replied",
  moved: "moved",
  answer: "answered",
};

export function strip(root, store) {
  const picture = h("span", { class: "picture" });
  const name = h("strong", { dir: "auto" });
  const state = stateMark(store);
  const track = h("div", { class: "track" });
  const ticks = h("div", { class: "ticks" });
  const causes = h("div", { class: "causes", "aria-hidden": "true" });
  const panel = heardPanel(store, (open) => [heard, unheard].forEach(({ node }) => setAttr(node, "aria-expanded", String(open))));
  const heard = counter("heard by the bot", "ear", panel.toggle);
  const unheard = counter("never heard", "mute", panel.toggle);
  const owner = h("span", { class: "owner" });
  const inside = h(
    "div",
    { class: "strip-inside" },
    h("div", { class: "strip-who" }, picture, h("div", {}, name, state.node)),
    h("div", { class: "timeline", title: "Long pauses are drawn shorter than they were" }, track, ticks, causes),
    h("div", { class: "strip-facts" }, heard.node, unheard.node, owner),
  );
  const blank = h("p", { class: "strip-blank" }, "Who holds the conversation, the bot or a person, is drawn here once somebody writes.");
  root.append(blank, inside, panel.node);
  let drawn = null;

  function update() {
    const thread = store.state.threads.get(store.state.selected);
    const ready = Boolean(thread?.messages.length);
    inside.hidden = !ready;
    blank.hidden = ready;
    panel.update(ready ? thread : null);
    if (!ready) return;
    if (thread.psid !== drawn) fill(picture, avatar({ kind: "person", name: thread.name }));
    drawn = thread.psid;
    setText(name, thread.name);
    state.update(thread);
    drawTime({ track, ticks, causes }, thread, store);
    const counts = heardBy(thread, store.state.app_id);
    heard.update(counts.heard);
    unheard.update(counts.unheard);
    setText(owner, `owner: ${ownerWords(thread, store.state)}`);
    setAttr(root, "data-owner", ownerOf(thread.owner?.app_id, store.state));
  }

  store.subscribe(update);
}

function ownerWords({ owner }, state) {
  return owner?.app_id ? appName(owner.app_id, state) : "nobody";
}

function counter(words, kind, click) {
  let mids = [];
  const number = h("strong", {});
  const node = h("button", { type: "button", class: `counter is-${kind}`, "data-test": `count-${kind}`, "aria-expanded": "false", title: "Show what the bot heard, beside what it never heard", click }, h("span", { class: "counter-mark", "aria-hidden": "true" }), `${words} `, number);
  lights(node, () => mids, { alone: true });
  return {
    node,
    update(next) {
      mids = next;
      setText(number, String(next.length));
    },
  };
}

function drawTime({ track, ticks, causes }, thread, store) {
  const now = store.now();
  const stretches = stretchesOf(thread, store.state, now).filter(({ from, to, open }) => open || to > from);
  const place = timeScale([...thread.messages.map(({ at }) => at), ...stretches.flatMap(({ from, to }) => [from, to])], now);
  const items = stretches.map((stretch) => ({
    ...stretch,
    key: `${thread.psid} ${stretch.kind} ${stretch.from}`,
    start: place(stretch.from),
    end: place(stretch.to),
    messages: thread.messages.filter(({ at }) => at >= stretch.from && at < stretch.to + (stretch.open ? 1 : 0)),
  }));
  keyed(track, items, ({ key }) => key, () => segment(store.state));
  keyed(causes, items, ({ key }) => key, causeMark);
  const marks = thread.messages.map((message) => ({ message, left: place(message.at) }));
  keyed(ticks, marks, ({ message }) => message.mid, ({ message }) => tick(message, thread, store.state));
}

function segment(state) {
  let mids = [];
  const words = h("span", { class: "segment-words" });
  const node = h("button", { type: "button", class: "segment" }, words);
  lights(node, () => mids, { alone: true });
  return {
    node,
    update(stretch) {
      mids = stretch.messages.map(({ mid }) => mid);
      const word = wordOf(stretch, state);
      setAttr(node, "class", `segment is-${stretch.kind}${stretch.open ? " is-open" : ""}`);
      node.style.left = `${stretch.start}%`;
      node.style.width = `${Math.max(stretch.end - stretch.start, 0.4)}%`;
      setText(words, word);
      const label = `${word}, ${clockTime(stretch.from)} to ${stretch.open ? "now" : clockTime(stretch.to)}, ${lasting(stretch.to - stretch.from)}, messages: ${mids.length}`;
      setAttr(node, "aria-label", label);
      setAttr(node, "title", label);
    },
  };
}

function wordOf({ kind, agent, app_id: appId }, state) {
  const words = { bot: "bot", waiting: "waiting", human: agent ?? "a person", idle: "idle" };
  return words[kind] ?? appName(appId, state);
}

function causeMark() {
  const words = h("span", {});
  const node = h("span", { class: "cause-mark" }, words);
  return {
    node,
    update(stretch) {
      node.style.left = `${stretch.start}%`;
      node.style.width = `${Math.max(stretch.end - stretch.start, 0)}%`;
      setText(words, `${clockTime(stretch.from)} ${CAUSES[stretch.cause] ?? stretch.cause ?? ""}`);
    },
  };
}

/** A mark for one message, in the colour and the shape of who wrote it. */
function tick(message, thread, state) {
  const speaker = speakerOf(message, thread, state);
  const node = h("span", { class: `tick is-${speaker.kind}`, "data-mids": message.mid, title: `${clockTime(message.at)} ${speaker.name}: ${message.text ?? ""}` });
  lights(node, () => [message.mid], { alone: true });
  return { node, update: ({ left }) => (node.style.left = `${left}%`) };
}
