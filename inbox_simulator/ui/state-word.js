/** The state of a conversation as a word, for the inbox and the strip. */

import { h, setAttr, setText } from "./dom.js";
import { presentOf } from "./facts.js";
import { lasting } from "./format.js";
import { appName } from "./speakers.js";

export function stateWord(thread, state, now) {
  const present = presentOf(thread, state, now);
  const words = {
    waiting: () => `waiting ${lasting(now - present.from)}`,
    human: () => (present.agent ? `with ${present.agent}` : "with a person"),
    bot: () => "bot",
    idle: () => "idle",
    other: () => appName(present.app_id, state),
  };
  return { kind: present.kind, words: words[present.kind]() };
}

/** An element that shows it; `update(thread, now)` again each second, since waiting grows. */
export function stateMark(store) {
  const node = h("span", { class: "state" });
  return {
    node,
    update(thread) {
      const { kind, words } = stateWord(thread, store.state, store.now());
      setAttr(node, "class", `state is-${kind}`);
      setText(node, words);
    },
  };
}
