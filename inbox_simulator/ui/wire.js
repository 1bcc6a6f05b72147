/** The wire: every signed webhook and Graph call, newest at the end. */

import { h, keyed, setAttr, setText } from "./dom.js";
import { followEnd } from "./follow.js";
import { icon } from "./icons.js";
import { wireDetail } from "./wire-detail.js";
import { wireRow } from "./wire-row.js";
import { causeOf, describe } from "./wire-words.js";

const PAGE_OF_ROWS = 300;

const KINDS = [
  ["all", "All", () => true],
  ["webhooks", "Webhooks", ({ webhook }) => webhook],
  ["calls", "Graph calls", ({ webhook }) => !webhook],
  ["errors", "Errors", ({ failed }) => failed],
];

export function wirePlace(root, store) {
  const view = { kind: "all", text: "", chosen: null, limit: PAGE_OF_ROWS, revision: -1, names: "" };
  const search = h("input", {
    type: "search",
    class: "filter",
    placeholder: "Filter",
    "aria-label": "Filter the wire by edge, person, text or status",
    "data-test": "wire-filter",
    input: () => refresh({ text: search.value.trim().toLowerCase(), limit: PAGE_OF_ROWS }),
  });
  const kinds = KINDS.map(([name, words]) => kindButton(name, words, () => refresh({ kind: name, limit: PAGE_OF_ROWS })));
  const earlier = h("button", { type: "button", class: "earlier", hidden: true, click: () => refresh({ limit: view.limit + PAGE_OF_ROWS }) }, "Show earlier lines");
  const rows = h("div", { class: "wire-rows", role: "list" });
  const empty = h("div", { class: "empty" }, h("span", { class: "empty-art" }, icon("wire")), h("strong", {}), h("p", {}));
  const scroller = h("div", { class: "wire-scroller", tabindex: "0", "aria-label": "Webhooks and Graph calls" }, empty, earlier, rows);
  const follow = followEnd(scroller, "Newer lines");
  const detail = wireDetail(store, { close: () => choose(null), choose });
  root.append(
    h("div", { class: "place-head" }, h("h2", { id: "wire-title" }, "Wire"), h("label", { class: "filter-box" }, icon("search"), search)),
    h("div", { class: "wire-kinds", role: "group", "aria-label": "Show" }, ...kinds),
    h("div", { class: "screen-wrap" }, scroller, follow.pill),
    detail.node,
  );

  function refresh(changes) {
    Object.assign(view, changes, { revision: -1 });
    draw(store.state);
  }

  function choose(seq) {
    refresh({ chosen: view.chosen === seq ? null : seq });
    if (view.chosen !== null) rows.querySelector(`[data-seq="${seq}"]`)?.scrollIntoView({ block: "nearest" });
  }

  function draw(state) {
    const names = state.people.length + state.apps.length + state.app_id;
    if (state.journalRevision === view.revision && names === view.names) return;
    view.revision = state.journalRevision;
    view.names = names;
    const matching = state.journal.filter((entry) => matches(entry, view, state));
    drawRows(matching, state);
    kinds.forEach((node, index) => setAttr(node, "aria-pressed", String(KINDS[index][0] === view.kind)));
    drawEmpty(empty, matching.length, state);
    detail.update(state.journal.find(({ seq }) => seq === view.chosen), state);
  }

  /** The page holds the newest lines; a reader who scrolled up keeps the lines being read. */
  function drawRows(matching, state) {
    const newest = matching.at(-1)?.seq ?? 0;
    const added = matching.filter(({ seq }) => seq > (view.newest ?? 0)).length;
    if (!follow.isAtEnd() && view.newest) view.limit += added;
    else if (follow.isAtEnd() && added) view.limit = PAGE_OF_ROWS;
    view.newest = Math.max(view.newest ?? 0, newest);
    const marks = marksOf(view.chosen, state);
    const items = matching.slice(-view.limit).map((entry) => ({ entry, mark: marks.get(entry.seq) }));
    earlier.hidden = matching.length <= view.limit;
    keyed(rows, items, ({ entry }) => entry.seq, ({ entry }) => wireRow(entry, store, choose));
    setAttr(rows, "data-many", state.people.length > 1 || null);
    follow.settle(added > 0);
  }

  store.subscribe(draw);
  return { focusFilter: () => search.focus(), close: () => view.chosen !== null && choose(view.chosen) };
}

function matches(entry, { kind, text }, state) {
  const words = describe(entry, state.page.id);
  if (!KINDS.find(([name]) => name === kind)[2](words)) return false;
  if (!text) return true;
  const person = state.people.find(({ psid }) => psid === words.psid)?.name ?? "";
  const fields = [words.what, words.say, words.psid, person, entry.status, words.trouble, words.standby && "standby"];
  return fields.some((field) => String(field ?? "").toLowerCase().includes(text));
}

/** The chosen line, with the webhook that caused it or the calls that it caused. */
function marksOf(chosen, state) {
  const marks = new Map();
  const entry = state.journal.find(({ seq }) => seq === chosen);
  if (!entry) return marks;
  const root = causeOf(entry, state.journal, state.page.id) ?? entry;
  const after = state.journal.indexOf(root) + 1;
  for (const other of state.journal.slice(after, after + PAGE_OF_ROWS)) {
    if (causeOf(other, state.journal, state.page.id) === root) marks.set(other.seq, "kin");
  }
  marks.set(root.seq, "kin");
  marks.set(chosen, "chosen");
  return marks;
}

function kindButton(name, words, click) {
  return h("button", { type: "button", class: "kind", "data-test": `wire-${name}`, click }, words);
}

function drawEmpty(node, count, state) {
  node.hidden = count > 0 || !state.loaded;
  const [title, words] = state.journal.length
    ? ["No line matches", "Clear the filter to see every webhook and Graph call."]
    : ["Nothing has been sent yet", "Each webhook that Messenger signs and sends, and each Graph call that an app makes, appears here with its answer."];
  setText(node.querySelector("strong"), title);
  setText(node.querySelector("p"), words);
}
