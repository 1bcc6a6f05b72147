/** Which lines of the wire to show: a kind, and words that must occur. */

import { fill, h, setAttr } from "./dom.js";
import { icon } from "./icons.js";
import { describe } from "./wire-words.js";

const KINDS = {
  all: ["All", () => true],
  webhooks: ["Webhooks", ({ webhook }) => webhook],
  calls: ["Graph", ({ webhook }) => !webhook],
  control: ["Control", ({ what }) => CONTROL.test(what)],
  errors: ["Errors", ({ failed }) => failed],
};
const CONTROL = /thread_control|thread_owner|app_roles/;

/** Receipts and typing are part of the protocol, but seldom what a reader looks for. */
export const QUIET = new Set(["message_deliveries", "message_reads", "mark_seen", "typing_on", "typing_off"]);

/** `wanted()` answers `{kind, text, psid, quiet}`; `changed` is called when it has changed. */
export function filterBar(changed) {
  const wanted = { kind: "all", text: "", psid: "", quiet: true };
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
  const person = h("select", { class: "wire-person", "aria-label": "Whose lines", "data-test": "wire-person", hidden: true, change: () => {
    wanted.psid = person.value;
    changed();
  } });
  const head = h("div", { class: "place-head" }, h("h2", { id: "wire-title" }, "Wire"), h("span", { class: "spread" }), person, h("label", { class: "filter-box" }, icon("search"), search));
  const buttons = Object.entries(KINDS).map(([kind, [words]]) =>
    h("button", { type: "button", class: "kind", "data-test": `wire-${kind}`, "data-kind": kind, "aria-pressed": String(kind === "all"), click: () => choose(kind) }, words),
  );
  const quiet = h("button", { type: "button", class: "kind is-apart", "data-test": "wire-quiet", "aria-pressed": "true", title: "Seen, typing, delivered and read", click: () => {
    wanted.quiet = !wanted.quiet;
    setAttr(quiet, "aria-pressed", String(wanted.quiet));
    changed();
  } }, "Receipts");
  const kinds = h("div", { class: "wire-kinds", role: "group", "aria-label": "Show" }, ...buttons, quiet);

  function choose(kind) {
    wanted.kind = kind;
    for (const button of buttons) setAttr(button, "aria-pressed", String(button.dataset.kind === kind));
    changed();
  }

  return { head, kinds, wanted: () => wanted, focus: () => search.focus(), offer: personOffers(person, wanted) };
}

/** One person needs no choice. A person who is gone is no longer looked for. */
function personOffers(select, wanted) {
  let drawn = "";
  return (people) => {
    const signature = JSON.stringify(people);
    if (signature === drawn) return;
    drawn = signature;
    select.hidden = people.length < 2;
    fill(select, h("option", { value: "" }, "Everybody"), ...people.map(({ psid, name }) => h("option", { value: psid }, name)));
    if (!people.some(({ psid }) => psid === wanted.psid)) wanted.psid = "";
    select.value = wanted.psid;
  };
}

export function matches(entry, { kind, text, psid, quiet }, state) {
  const words = describe(entry, state.page.id);
  const [, fits] = KINDS[kind];
  if (!fits(words) || (psid && words.psid !== psid)) return false;
  if (!quiet && QUIET.has(words.what) && !words.failed) return false;
  if (!text) return true;
  const person = state.people.find(({ psid }) => psid === words.psid)?.name;
  const fields = [words.what, words.badge, words.say, words.psid, person, entry.status, words.trouble];
  return fields.some((field) => String(field ?? "").toLowerCase().includes(text));
}
