/** On a narrow screen the three places are tabs. */

import { h, setAttr, setText } from "./dom.js";
import { presentOf } from "./facts.js";
import { icon } from "./icons.js";

const PLACES = [
  ["people", "People", "people"],
  ["inbox", "Page Inbox", "inbox"],
  ["wire", "Wire", "wire"],
];

export function tabs(root, store) {
  const { title } = document;
  const buttons = PLACES.map(([place, words, iconName]) => {
    const badge = h("span", { class: "badge", hidden: true });
    const node = h("button", { type: "button", class: "tab", "data-test": `tab-${place}`, click: () => go(place) }, h("span", { class: "tab-icon" }, icon(iconName), badge), words);
    return { place, node, badge };
  });
  root.append(...buttons.map(({ node }) => node));

  function go(place) {
    document.body.dataset.place = place;
    if (place === "inbox" && store.state.opened) store.select(store.state.opened);
    for (const button of buttons) setAttr(button.node, "aria-current", button.place === place ? "page" : null);
  }
  go("people");

  store.subscribe((state) => {
    const waiting = [...state.threads.values()].filter(
      (thread) => presentOf(thread, state, store.now()).kind === "waiting",
    ).length;
    const badge = buttons[1].badge;
    document.title = waiting ? `(${waiting}) ${title}` : title;
    badge.hidden = waiting === 0;
    setText(badge, String(waiting));
    setAttr(badge, "aria-label", `${waiting} waiting`);
  });
  return { go };
}
