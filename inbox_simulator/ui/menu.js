/** A button that opens a small panel; Escape and a click elsewhere close it. */

import { h, setAttr } from "./dom.js";
import { icon } from "./icons.js";

export function menu({ label, iconName, title, content, test }) {
  const button = h(
    "button",
    { type: "button", class: "menu-button", "aria-expanded": "false", "aria-label": label, "data-test": `menu-${test}`, click: toggle },
    icon(iconName),
    h("span", { class: "menu-label" }, label),
  );
  const panel = h("div", { class: "menu-panel", role: "dialog", "aria-label": label, hidden: true }, h("h3", {}, label), h("p", {}, title), content);
  const node = h("div", { class: "menu", keydown: onKey }, button, panel);

  function toggle() {
    show(panel.hidden);
  }

  function show(open) {
    panel.hidden = !open;
    setAttr(button, "aria-expanded", String(open));
    if (open) panel.querySelector("select, button, input")?.focus();
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
  return node;
}
