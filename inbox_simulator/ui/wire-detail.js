/** What one line of the wire carried: bodies, headers, signature, and two things to do with it. */

import { sendAgain } from "./api.js";
import { copyText } from "./copying.js";
import { curlOf } from "./curl.js";
import { fill, h } from "./dom.js";
import { exactTime } from "./format.js";
import { icon } from "./icons.js";
import { jsonView } from "./json-view.js";
import { appName } from "./speakers.js";
import { causeOf, describe, parsed } from "./wire-words.js";

export function wireDetail(store, { close, choose }) {
  const body = h("div", { class: "detail-body" });
  const node = h("aside", { class: "wire-detail", "data-test": "wire-detail", "aria-label": "The chosen line", hidden: true }, body);
  let drawn = null;

  function update(entry, state) {
    node.hidden = !entry;
    if (!entry) drawn = null;
    if (!entry || entry === drawn) return;
    drawn = entry;
    fill(body, ...parts(entry, state, { close, choose }));
    body.scrollTop = 0;
  }

  return { node, update };
}

function parts(entry, state, { close, choose }) {
  const words = describe(entry, state.page.id);
  const cause = causeOf(entry, state.journal, state.page.id);
  return [
    head(entry, words, close),
    h("p", { class: "detail-line" }, `${entry.method} ${entry.path}`),
    h("p", { class: "detail-sentence" }, sentence(entry, words, state)),
    words.trouble && h("p", { class: "trouble" }, words.trouble),
    buttons(entry, words, state),
    cause && causeLink(cause, state, choose),
    ...section(words.webhook ? "Body" : "Request", requestOf(entry, words)),
    ...section("Answer", parsed(entry.response) ?? entry.response),
    headersOf(entry),
    words.webhook && entry.raw && rawOf(entry),
  ];
}

function head(entry, words, close) {
  return h(
    "div",
    { class: "detail-head" },
    h("strong", {}, words.what),
    h("span", { class: words.failed ? "status-mark is-bad" : "status-mark" }, entry.status ?? "no answer"),
    h("button", { type: "button", class: "icon-button", "aria-label": "Close", click: close }, icon("close")),
  );
}

function sentence(entry, words, state) {
  const app = entry.app_id ? appName(entry.app_id, state) : "an app";
  const took = Number.isFinite(entry.ms) ? `, ${Math.round(entry.ms)} ms` : "";
  const what = words.webhook
    ? `Webhook to ${app}${words.standby ? ", on standby: it may listen, not speak" : ""}`
    : `Graph call by ${app}`;
  return `${what}. ${exactTime(entry.at)}${took}.`;
}

function requestOf(entry, words) {
  if (words.body) return words.body;
  return entry.query && Object.keys(entry.query).length ? entry.query : entry.body;
}

function buttons(entry, words, state) {
  const copied = h("span", { role: "status", class: "said" });
  const copy = h("button", { type: "button", class: "quiet", "data-test": "copy-curl", click: () => run(copied, () => copyText(curlOf(entry, words, state)), "Copied") }, icon("copy"), "Copy as curl");
  const again = words.webhook
    ? h("button", { type: "button", class: "quiet", "data-test": "send-again", click: () => run(copied, () => sendAgain(entry.seq), "Sent again") }, icon("repeat"), "Send again")
    : null;
  return h("div", { class: "detail-buttons" }, copy, again, copied);
}

async function run(status, act, words) {
  try {
    await act();
    status.textContent = words;
  } catch (error) {
    status.textContent = error.message;
  }
}

function causeLink(cause, state, choose) {
  const { what } = describe(cause, state.page.id);
  return h("button", { type: "button", class: "cause", click: () => choose(cause.seq) }, `Most likely the answer to ${what}, ${exactTime(cause.at)}`);
}

function section(title, value) {
  if (value === null || value === undefined || value === "") return [];
  return [h("h3", {}, title), jsonView(value)];
}

const EXPLAINED = {
  "x-hub-signature-256": "HMAC-SHA256 of the exact bytes, keyed with the app's secret",
  "x-hub-signature": "HMAC-SHA1, for older apps",
};

function headersOf({ headers }) {
  const rows = Object.entries(headers ?? {});
  if (!rows.length) return null;
  return h(
    "details",
    { class: "headers", open: true },
    h("summary", {}, "Headers"),
    h("dl", {}, ...rows.flatMap(([name, value]) => [
      h("dt", {}, name),
      h("dd", {}, String(value), EXPLAINED[name.toLowerCase()] && h("small", {}, EXPLAINED[name.toLowerCase()])),
    ])),
  );
}

function rawOf({ raw }) {
  return h("details", { class: "raw" }, h("summary", {}, "The bytes that were signed"), h("pre", { tabindex: "0" }, raw));
}
