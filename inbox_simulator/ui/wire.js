/** The wire: every signed webhook and Graph call, newest at the end. */

import { h, keyed, setAttr, setText } from "./dom.js";
import { followEnd } from "./follow.js";
import { icon } from "./icons.js";
import { wireDetail } from "./wire-detail.js";
import { filterBar, matches } from "./wire-filter.js";
import { wireRow } from "./wire-row.js";
import { causeOf, describe } from "./wire-words.js";

/** As many lines as are drawn at once; earlier ones are asked for. */
const PAGE_OF_ROWS = 300;

/** `showPerson(psid)` turns the other places to somebody, `connectBot()` says how to plug in a bot. */
export function wirePlace(root, store, { showPerson, connectBot }) {
  const view = { chosen: null, limit: PAGE_OF_ROWS, drawn: "", newest: 0 };
  const filter = filterBar(() => redraw({ limit: PAGE_OF_ROWS }));
  const parts = build(() => redraw({ limit: view.limit + PAGE_OF_ROWS }), connectBot);
  const detail = wireDetail(store, { close: () => choose(null), choose });
  root.append(filter.head, filter.kinds, h("div", { class: "screen-wrap" }, parts.scroller, parts.follow.pill), detail.node);
  parts.scroller.addEventListener("keydown", (event) => moveFocus(event, parts.rows));

  function redraw(changes) {
    Object.assign(view, changes, { drawn: "" });
    draw(store.state);
  }

  function choose(seq) {
    redraw({ chosen: view.chosen === seq ? null : seq });
    if (view.chosen === null) return;
    showWhom(seq);
    parts.follow.hold();
    // The detail has taken its room by then.
    requestAnimationFrame(() => parts.rows.querySelector(`[data-seq="${seq}"]`)?.scrollIntoView({ block: "center" }));
  }

  function showWhom(seq) {
    const { journal, page, threads } = store.state;
    const { psid } = describe(journal.find((entry) => entry.seq === seq), page.id);
    if (threads.has(psid)) showPerson(psid);
  }

  function draw(state) {
    const sources = `${state.journalRevision} ${state.people.length} ${state.app_id} ${state.apps.map(({ status }) => status)} ${state.notice?.text}`;
    if (sources === view.drawn) return;
    view.drawn = sources;
    filter.offer(state.people);
    const matching = inOrder(state.journal.filter((entry) => matches(entry, filter.wanted(), state)));
    drawRows(parts, matching, view, { store, choose });
    drawEmpty(parts.empty, matching.length, state);
    detail.update(state.journal.find(({ seq }) => seq === view.chosen), state);
  }

  store.subscribe(draw);
  return { focusFilter: filter.focus, close: () => view.chosen !== null && choose(view.chosen) };
}

function build(showEarlier, connectBot) {
  const earlier = h("button", { type: "button", class: "earlier", hidden: true, click: showEarlier }, "Show earlier lines");
  const rows = h("div", { class: "wire-rows" });
  const empty = h("div", { class: "empty" }, h("span", { class: "empty-art" }, icon("wire")), h("strong", {}), h("p", {}), h("button", { type: "button", class: "quiet", "data-test": "connect-bot", click: connectBot }, "How to connect one"));
  const scroller = h(
    "div",
    { class: "wire-scroller", tabindex: "0", role: "group", "aria-label": "Webhooks and Graph calls; the arrow keys go from line to line" },
    empty,
    earlier,
    rows,
  );
  return { earlier, rows, empty, scroller, follow: followEnd(scroller, "Newer lines") };
}

/** By the time of sending: a line is recorded when its answer came, which may be after what it caused. */
function inOrder(entries) {
  return entries.sort((a, b) => a.at - b.at || a.seq - b.seq);
}

/** The page holds the newest lines; a reader who scrolled up keeps the lines being read. */
function drawRows({ rows, earlier, follow }, matching, view, { store, choose }) {
  const added = matching.filter(({ seq }) => seq > view.newest).length;
  if (!follow.isAtEnd() && view.newest) view.limit += added;
  else if (follow.isAtEnd() && added) view.limit = PAGE_OF_ROWS;
  for (const { seq } of matching) view.newest = Math.max(view.newest, seq);
  const marks = marksOf(view.chosen, store.state);
  const items = matching.slice(-view.limit).map((entry) => ({ entry, mark: marks.get(entry.seq) }));
  earlier.hidden = matching.length <= view.limit;
  keyed(rows, items, ({ entry }) => `${store.state.epoch} ${entry.seq}`, ({ entry }) => wireRow(entry, store, choose));
  setAttr(rows, "data-many", store.state.people.length > 1 || null);
  follow.settle(added > 0);
}

/** The chosen line, with the webhook that caused it or the calls that it caused. */
function marksOf(chosen, state) {
  const marks = new Map();
  const entry = state.journal.find(({ seq }) => seq === chosen);
  if (!entry) return marks;
  const root = causeOf(entry, state.journal, state.page.id) ?? entry;
  const near = state.journal.indexOf(root);
  for (const other of state.journal.slice(Math.max(0, near - PAGE_OF_ROWS), near + PAGE_OF_ROWS)) {
    if (causeOf(other, state.journal, state.page.id) === root) marks.set(other.seq, "kin");
  }
  marks.set(root.seq, "kin");
  marks.set(chosen, "chosen");
  return marks;
}

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** Hundreds of lines are one stop for the Tab key; the arrow keys walk them. */
function moveFocus(event, rows) {
  const step = STEPS[event.key];
  if (!step || !rows.childElementCount) return;
  event.preventDefault();
  const present = rows.contains(document.activeElement) ? document.activeElement : null;
  const next = step > 0 ? present?.nextElementSibling : present?.previousElementSibling;
  (present ? next : rows.lastElementChild)?.focus();
}

const NONE_MATCHES = ["No line matches", "Clear the filter to see every webhook and Graph call."];
const NONE_SENT = ["Nothing has been sent yet", "Each webhook that Messenger signs and sends, and each Graph call that an app makes, appears here with its answer."];
const NO_BOT = ["No bot is connected", "People may write, and nobody answers: no app's webhook has been verified yet."];

function drawEmpty(node, count, state) {
  node.hidden = count > 0 || !state.loaded;
  // A notice says that the bot is on its way, or what became of it.
  const botless = !state.journal.length && !state.notice && state.apps.some(({ status }) => status === "unverified");
  const [title, words] = state.journal.length ? NONE_MATCHES : botless ? NO_BOT : NONE_SENT;
  node.querySelector("button").hidden = !botless;
  setText(node.querySelector("strong"), title);
  setText(node.querySelector("p"), words);
}
