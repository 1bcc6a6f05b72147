/** A button that opens a small panel; Escape and a click elsewhere close it. */

import { h, setAttr, setText } from "./dom.js";
import { icon } from "./icons.js";

/**
 * Answers `{node, show(open), setLabel(words), mark(on)}`.
 *
 * `opened` is called each time the panel opens, and may answer a promise that it is filled; `wide`
 * gives it more room.
 */
export function menu({ label, iconName, title, content, test, opened, look = "", wide = false }) {
  const words = h("span", { class: "menu-label" }, label);
  const button = h(
    "button",
    { type: "button", class: `menu-button ${look}`, "aria-expanded": "false", "aria-label": label, title: label, "data-test": `menu-${test}`, click: () => show(panel.hidden) },
    icon(iconName),
    words,
  );
  const panel = h(
    "div",
    { class: wide ? "menu-panel is-wide" : "menu-panel", role: "dialog", "aria-label": label, "data-test": `panel-${test}`, hidden: true },
    h("h3", {}, label.split(":")[0]),
    h("p", {}, title),
    content,
  );
  const node = h("div", { class: "menu", keydown: onKey }, button, panel);

  async function show(open) {
    panel.hidden = !open;
    setAttr(button, "aria-expanded", String(open));
    if (!open) return;
    const filled = opened?.();
    const first = focusFirst();
    await filled;
    if (document.activeElement === first) focusFirst(); // what came since may stand above it
  }

  function focusFirst() {
    const first = panel.querySelector("select, button, input");
    first?.focus();
    return first;
  }

  function onKey(event) {
    if (event.key !== "Escape" || panel.hidden) return;
    event.stopPropagation();
    show(false);
    button.focus();
  }

  document.addEventListener("pointerdown", (event) => {
    if (!panel.hidden && !node.contains(event.target)) show(false);
  });
  return {
    node,
    show,
    setLabel(text) {
      setText(words, text);
      setAttr(button, "aria-label", text);
      setAttr(button, "title", text);
    },
    mark: (on) => setAttr(button, "data-mark", on || null),
  };
}
