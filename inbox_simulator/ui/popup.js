/** A small list of choices that a button opens; Escape, a choice and a click elsewhere close it. */

import { fill, h, setAttr } from "./dom.js";
import { icon } from "./icons.js";

/** `items()` answers `[{iconName?, words, test, act}]`, asked for each time it opens. */
export function popup({ iconName, label, test, items, look = "" }) {
  const list = h("div", { class: "popup-list", role: "menu", hidden: true });
  const button = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false", "data-test": test, click: () => show(list.hidden) },
    icon(iconName),
  );
  const node = h("span", { class: `popup ${look}`, keydown: onKey }, button, list);

  function show(open) {
    if (open) fill(list, ...items().map(choice));
    list.hidden = !open;
    setAttr(button, "aria-expanded", String(open));
    if (open) list.querySelector("button")?.focus();
  }

  function choice({ iconName: picture, words, label: spoken, test: name, act }) {
    const choose = () => {
      show(false);
      button.focus();
      act();
    };
    return h("button", { type: "button", role: "menuitem", class: "popup-item", "data-test": name, "aria-label": spoken, click: choose }, picture && icon(picture), words);
  }

  function onKey(event) {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) walk(list, step);
    else if (event.key === "Escape") {
      show(false);
      button.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  document.addEventListener("pointerdown", (event) => {
    if (!list.hidden && !node.contains(event.target)) show(false);
  });
  return { node, button };
}

function walk(list, step) {
  const all = [...list.children];
  const at = all.indexOf(document.activeElement);
  all[(at + step + all.length) % all.length]?.focus();
}
