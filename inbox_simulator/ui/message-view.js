/** One message as both places draw it: picture, name, bubble, template, time. */

import { fill, h } from "./dom.js";
import { clockTime, dayAndTime } from "./format.js";
import { lights } from "./highlight.js";
import { icon } from "./icons.js";
import { avatar } from "./speakers.js";
import { attachmentViews } from "./attachments.js";

/**
 * `make` for `keyed`: a row that redraws itself only when what it shows has changed.
 *
 * `item` is `{message, first, last, pause, speaker, mine, seen}`; `mine` puts it on the right.
 * `onTap(button, message)` is what a template's button does; without it buttons are drawn, not offered.
 * `tools(message)` makes what stands beside a bubble that is pointed at. `quoted` is the line of the
 * message that this one answers.
 */
export function messageRow(item, { onTap, tools } = {}) {
  const node = h("div", { class: "row enter" });
  node.addEventListener("animationend", () => node.classList.remove("enter"), { once: true });
  let drawn = "";
  return {
    node,
    update(next) {
      const signature = JSON.stringify(next);
      if (signature === drawn) return;
      drawn = signature;
      node.className = rowClass(next, node.classList.contains("enter"));
      fill(node, ...rowParts(next, onTap, tools));
    },
  };
}

function rowClass({ speaker, mine, first, last }, entering) {
  const classes = ["row", `by-${speaker.kind}`, mine ? "mine" : "theirs"];
  if (first) classes.push("first");
  if (last) classes.push("last");
  if (entering) classes.push("enter");
  return classes.join(" ");
}

function rowParts(item, onTap, tools) {
  const { message, first, last, pause, speaker, mine, named, quoted } = item;
  return [
    pause && h("div", { class: "pause" }, dayAndTime(message.at)),
    first && named && h("div", { class: "who" }, speaker.name),
    quoted && h("div", { class: "quoted" }, icon("reply"), h("span", {}, quoted)),
    h(
      "div",
      { class: "line" },
      !mine || named ? h("span", { class: "slot" }, last ? avatar(speaker) : null) : null,
      bubble(item, onTap),
      tools?.(message),
    ),
    reactionsOf(message),
    last && h("div", { class: "when" }, clockTime(message.at), message.edits > 0 && " · Edited", item.seen && h("span", { class: "seen" }, " · Seen")),
  ];
}

function reactionsOf({ reactions = [] }) {
  if (!reactions.length) return null;
  return h("div", { class: "reactions-given", "data-test": "reactions-given" }, ...reactions.map(({ emoji }) => h("span", {}, emoji)));
}

function bubble({ message }, onTap) {
  const node = h(
    "div",
    {
      class: "bubble",
      "data-test": "bubble",
      "data-author": message.author,
      "data-mids": message.mid,
      "data-mid": message.mid,
      dir: "auto",
    },
    message.text && h("p", { class: "text" }, message.text),
    ...attachmentViews(message, onTap && ((button) => onTap(button, message))),
  );
  if (!message.text) node.classList.add("wordless");
  if (isBig(message)) node.classList.add("big");
  if (message.buttons?.length || message.attachments?.length) node.classList.add("rich");
  lights(node, () => [message.mid]);
  return node;
}

/** A sticker, and up to three emoji alone, stand without a bubble, as in Messenger. */
function isBig({ text, attachments = [] }) {
  if (!text) return attachments.some(({ type, payload }) => type === "sticker" || payload?.sticker_id);
  return !attachments.length && /^(\p{Extended_Pictographic}\ufe0f?\u200d?){1,3}$/u.test(text.trim());
}

/** A line in between, about something that is no message. */
export function noteRow({ note }) {
  return { node: h("div", { class: "note" }, h("span", {}, note)) };
}
