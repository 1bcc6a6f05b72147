/** What a person can do with one message: react to it, answer it, change it. */

import { react } from "./api.js";
import { h } from "./dom.js";
import { lineOf } from "./facts.js";
import { icon } from "./icons.js";
import { popup } from "./popup.js";

const EMOJI = ["❤️", "😆", "😮", "😢", "😠", "👍", "👎"];

/** `box` is the composer in which an answer or a change is written. */
export function messageTools(message, { psid, box }) {
  const mine = message.author === "person";
  const present = (message.reactions ?? []).find(({ by }) => by === "person")?.emoji;
  const offers = present ? [...EMOJI.filter((emoji) => emoji !== present), null] : EMOJI;
  const reaction = popup({
    iconName: "smile",
    label: "React",
    test: "react",
    look: "reactions",
    items: () => offers.map((emoji) => ({ words: emoji ?? "Take back", test: "reaction", act: () => react(psid, message.mid, emoji).catch(box.tell) })),
  });
  const about = (kind, words, text) => () => box.concern({ kind, words, text, mid: message.mid });
  return h(
    "span",
    { class: "tools" },
    !mine && reaction.node,
    tool("reply", "Answer this message", "reply-to", about("reply", `Answering “${lineOf(message)}”`)),
    mine && message.text && tool("edit", "Change this message", "edit", about("edit", "Changing the message", message.text)),
  );
}

function tool(iconName, label, test, click) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, "data-test": test, click }, icon(iconName));
}
