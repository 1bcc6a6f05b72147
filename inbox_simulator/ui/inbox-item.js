/** One conversation in the inbox's list. */

import { markRead } from "./api.js";
import { h, setAttr, setText } from "./dom.js";
import { lineOf, windowLeft } from "./facts.js";
import { timeLeft } from "./format.js";
import { pageTag } from "./page-tag.js";
import { stateMark } from "./state-word.js";
import { avatar, speakerOf } from "./speakers.js";

export function inboxItem({ psid, name }, store) {
  const line = h("span", { class: "item-line", dir: "auto" });
  const left = windowMark(store);
  const state = stateMark(store);
  const tag = pageTag();
  const unread = h("span", { class: "unread-dot" }, h("span", { class: "visually-hidden" }, "unread"));
  const node = h(
    "button",
    {
      type: "button",
      class: "inbox-item",
      "data-test": "inbox-item",
      "data-psid": psid,
      click: () => {
        store.open(psid);
        readNow(store.state.threads.get(psid));
      },
    },
    avatar({ kind: "person", name }),
    h(
      "span",
      { class: "item-words" },
      h("span", { class: "item-top" }, h("strong", { dir: "auto" }, name), unread, state.node),
      h("span", { class: "item-bottom" }, line, tag.node, left.node),
    ),
  );

  function update(thread) {
    unread.hidden = !thread.unread;
    setAttr(node, "data-unread", !unread.hidden || null);
    setAttr(node, "aria-current", store.state.opened === psid ? "true" : null);
    setText(line, lastLine(thread, store.state));
    state.update(thread);
    left.update(thread);
    tag.update(thread, store.state);
  }

  return { node, update };
}

function lastLine(thread, state) {
  const message = thread.messages.at(-1);
  const words = lineOf(message);
  return message.author === "person" ? words : `${speakerOf(message, thread, state).name}: ${words}`;
}

/** Only a reader makes a thread read: one that merely stands open stays unread. */
export function readNow(thread) {
  // A lost connection is told by its own line, and the next click tries again.
  if (thread?.unread) markRead(thread.psid).catch(() => {});
}

/** How long the Page may still answer: 24 hours after the person's last message. */
export function windowMark(store) {
  const node = h("span", { class: "window-left" });
  function update(thread) {
    const left = windowLeft(thread, store.now());
    const words = left === null ? null : timeLeft(left);
    node.hidden = left === null;
    setText(node, words ? `${words} left` : "window shut");
    setAttr(node, "data-shut", words === null || null);
    setAttr(
      node,
      "title",
      words === null
        ? "The messaging window is shut until the person writes again"
        : `The messaging window stays open for ${words}`,
    );
  }
  return { node, update };
}
