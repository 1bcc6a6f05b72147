/** Which lines of the wire to show: a kind, and words that must occur. */

import { h, setAttr } from "./dom.js";
import { icon } from "./icons.js";
import { describe } from "./wire-words.js";

const KINDS = {
  all: ["All", () => true],
  webhooks: ["Webhooks", ({ webhook }) => webhook],
  calls: ["Graph calls", ({ webhook }) => !webhook],
  errors: ["Errors", ({ failed }) => failed],
};

/** `wanted()` answers `{kind, text}`; `changed` is called when it has changed. */
export function filterBar(changed) {
  const wanted = { kind: "all", text: "" };
  const search = h("input", {
    type: "search",
    class: "filter",
    placeholder: "Filter",
    "aria-label": "Filter the wire by edge, person, text or status",
    "data-test": "wire-filter",
    input: () => {
      wanted.text = search.value.trim().toLowerCase();
      changed();
    },
  });
  const head = h("div", { class: "place-head" }, h("h2", { id: "wire-title" }, "Wire"), h("label", { class: "filter-box" }, icon("search"), search));
  const buttons = Object.entries(KINDS).map(([kind, [words]]) =>
    h("button", { type: "button", class: "kind", "data-test": `wire-${kind}`, "data-kind": kind, "aria-pressed": String(kind === "all"), click: () => choose(kind) }, words),
  );
  const kinds = h("div", { class: "wire-kinds", role: "group", "aria-label": "Show" }, ...buttons);

  function choose(kind) {
    wanted.kind = kind;
    for (const button of buttons) setAttr(button, "aria-pressed", String(button.dataset.kind === kind));
    changed();
  }

  return { head, kinds, wanted: () => wanted, focus: () => search.focus() };
}

export function matches(entry, { kind, text }, state) {
  const words = describe(entry, state.page.id);
  const [, fits] = KINDS[kind];
  if (!fits(words)) return false;
  if (!text) return true;
  const person = state.people.find(({ psid }) => psid === words.psid)?.name;
  const fields = [words.what, words.badge, words.say, words.psid, person, entry.status, words.trouble];
  return fields.some((field) => String(field ?? "").toLowerCase().includes(text));
}
