/** One line of the wire. */

import { h, setAttr, setText } from "./dom.js";
import { exactTime } from "./format.js";
import { lights } from "./highlight.js";
import { icon } from "./icons.js";
import { appName, avatar } from "./speakers.js";
import { describe } from "./wire-words.js";

export function wireRow(entry, store, choose) {
  const { state } = store;
  const words = describe(entry, state.page.id);
  const person = state.people.find(({ psid }) => psid === words.psid);
  const node = h(
    "button",
    {
      type: "button",
      role: "listitem",
      class: `wire-row ${words.webhook ? "is-webhook" : "is-call"}${words.failed ? " is-failed" : ""}`,
      "data-test": "wire-row",
      "data-seq": entry.seq,
      "data-kind": entry.kind,
      "data-what": words.what,
      "data-status": entry.status ?? "none",
      "data-mids": words.mids.join(" "),
      click: () => choose(entry.seq),
    },
    h("span", { class: "wire-time" }, exactTime(entry.at)),
    direction(entry, words, state),
    h("span", { class: "wire-what" }, words.what, words.standby && h("em", {}, "standby")),
    h("span", { class: "wire-say" }, person && avatar({ kind: "person", name: person.name }), words.say, moreMark(words.more)),
    h("span", { class: "wire-status" }, entry.status ?? "none"),
    h("span", { class: "wire-ms" }, Number.isFinite(entry.ms) ? `${Math.round(entry.ms)} ms` : ""),
    words.trouble && h("span", { class: "wire-trouble" }, words.trouble),
  );
  lights(node, () => words.mids);
  return { node, update: ({ mark }) => setAttr(node, "data-mark", mark) };
}

function direction(entry, words, state) {
  const app = entry.app_id ? appName(entry.app_id, state) : "an app";
  const kind = entry.app_id === state.app_id ? "bot" : "other";
  const label = words.webhook ? `webhook to ${app}` : `Graph call by ${app}`;
  return h(
    "span",
    { class: `wire-way is-${kind}`, title: label },
    icon(words.webhook ? "toApp" : "fromApp"),
    h("span", { class: "wire-way-words" }, words.webhook ? "webhook" : "Graph"),
    h("span", { class: "visually-hidden" }, label),
  );
}

function moreMark(more) {
  return more > 0 ? h("em", {}, `+${more}`) : null;
}
