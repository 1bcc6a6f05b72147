/** Which of several Pages a conversation is with; a simulator with one Page needs no such mark. */

import { h, setText } from "./dom.js";
import { pageOf } from "./facts.js";

export function pageTag() {
  const node = h("span", { class: "page-tag", hidden: true });
  function update(thread, state) {
    node.hidden = state.pages.length < 2;
    setText(node, pageOf(thread, state).name);
  }
  return { node, update };
}

/** A choice among the Pages; `all` is the word for no choice, where there may be none. */
export function pageChoice({ label, test, all = null, change = () => {} }) {
  const node = h("select", { class: "page-choice", "aria-label": label, title: label, "data-test": test, hidden: true, change: () => change(node.value) });
  let drawn = "";
  function update({ pages }) {
    node.hidden = pages.length < 2;
    const options = [...(all ? [["", all]] : []), ...pages.map(({ page_id: id, name }) => [id, name])];
    if (JSON.stringify(options) === drawn) return;
    drawn = JSON.stringify(options);
    const before = node.value;
    node.replaceChildren(...options.map(([value, words]) => h("option", { value }, words)));
    node.value = options.some(([value]) => value === before) ? before : options[0][0];
    if (node.value !== before) change(node.value);
  }
  return { node, update };
}
