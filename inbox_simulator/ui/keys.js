/** A key for every action, while no text box has the focus. */

import { fill, h } from "./dom.js";

/** `actions` is a list of `[key, words, act]`. Answers a function that shows them all. */
export function keys(actions) {
  const dialog = h("dialog", { class: "keys", "aria-label": "Keys" });
  document.body.append(dialog);
  const all = [...actions, ["?", "show these keys", show]];
  fill(
    dialog,
    h("h2", {}, "Keys"),
    h("dl", {}, ...all.flatMap(([key, words]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, words)])),
    h("p", {}, "Enter sends, Shift and Enter starts a new line, Escape leaves a text box."),
    h("form", { method: "dialog" }, h("button", { class: "primary" }, "Close")),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  const byKey = new Map(all.map(([key, , act]) => [key, act]));

  function show() {
    dialog.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (isTextBox(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = byKey.get(event.key) ?? (event.key === "Escape" ? byKey.get("Esc") : null);
    if (!act) return;
    event.preventDefault();
    act();
  });
  return show;
}

function isTextBox(node) {
  return node.matches?.("input, textarea, select") ?? false;
}
