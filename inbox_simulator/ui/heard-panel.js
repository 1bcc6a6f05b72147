/** What the bot heard of a conversation, beside what it never heard. */

import { fill, h, keyed, setAttr, setText } from "./dom.js";
import { heardBy, lineOf } from "./facts.js";
import { clockTime } from "./format.js";
import { lights } from "./highlight.js";
import { icon } from "./icons.js";
import { avatar, speakerOf } from "./speakers.js";

/** Answers `{node, update(thread), toggle()}`; `changed(open)` is called when it opens or closes. */
export function heardPanel(store, changed) {
  const columns = {
    heard: column("What the bot heard", "It came live, so the bot was asked. This is its whole conversation."),
    unheard: column("What it never heard", "It came on standby or as an echo: for the human, and never given to the bot, not later either."),
  };
  const close = h("button", { type: "button", class: "icon-button", "aria-label": "Close", click: () => show(false) }, icon("close"));
  const node = h("div", { class: "heard-panel", role: "group", "aria-label": "What the bot heard", "data-test": "heard-panel", hidden: true, keydown: onKey }, columns.heard.node, columns.unheard.node, close);

  function onKey(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    show(false);
  }

  function show(open) {
    node.hidden = !open;
    changed(open);
    store.changed();
  }

  function update(thread) {
    if (!thread) node.hidden = true;
    if (node.hidden) return;
    const mids = heardBy(thread, store.state.app_id);
    for (const [name, { update: draw }] of Object.entries(columns)) {
      const wanted = new Set(mids[name]);
      draw(thread, thread.messages.filter(({ mid }) => wanted.has(mid)), store.state);
    }
  }

  return { node, update, toggle: () => show(node.hidden) };
}

function column(title, about) {
  const list = h("ul", {});
  const none = h("p", { class: "none" }, "Nothing yet");
  const node = h("section", {}, h("h3", {}, title), h("small", {}, about), list, none);

  function update(thread, messages, state) {
    none.hidden = messages.length > 0;
    keyed(list, messages, ({ mid }) => mid, (message) => heardLine(message, thread, state));
  }

  return { node, update };
}

function heardLine(message, thread, state) {
  const speaker = speakerOf(message, thread, state);
  const node = h("li", { tabindex: "0" });
  lights(node, () => [message.mid], { alone: true });
  return {
    node,
    update(next) {
      const line = lineOf(next);
      if (node.dataset.line === line) return;
      setAttr(node, "data-line", line);
      const words = h("span", {});
      setText(words, line);
      fill(node, avatar(speaker), h("span", { class: "visually-hidden" }, speaker.name), words, h("time", {}, clockTime(next.at)));
    },
  };
}
