/** Tell a screen reader about each new message, once, whichever place shows it; answers how to tell it more. */

import { h } from "./dom.js";
import { lineOf } from "./facts.js";
import { speakerOf } from "./speakers.js";

const KEPT = 20;

export function announcer(root, store) {
  const known = new Map();
  let epoch = null;

  store.subscribe((state) => {
    const fresh = state.epoch !== epoch;
    epoch = state.epoch;
    if (fresh) known.clear();
    for (const thread of state.threads.values()) {
      const count = known.get(thread.psid) ?? 0;
      known.set(thread.psid, thread.messages.length);
      if (!fresh) thread.messages.slice(count).forEach((message) => tell(message, thread, state));
    }
  });

  function tell(message, thread, state) {
    const { name } = speakerOf(message, thread, state);
    const to = message.author === "person" ? "" : ` to ${thread.name}`;
    say(`${name}${to}: ${lineOf(message)}`);
  }

  function say(words) {
    root.append(h("p", {}, words));
    while (root.childElementCount > KEPT) root.firstChild.remove();
  }
  return say;
}
