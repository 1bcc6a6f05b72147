/** One line of the wire. */

import { h, setAttr, setText } from "./dom.js";
import { exactTime } from "./format.js";
import { lights } from "./highlight.js";
import { icon } from "./icons.js";
import { appName, avatar } from "./speakers.js";
import { QUIET } from "./wire-filter.js";
import { describe } from "./wire-words.js";

export function wireRow(entry, store, choose) {
  const { state } = store;
  const words = describe(entry, state.page.id);
  const person = state.people.find(({ psid }) => psid === words.psid);
  const node = h(
    "button",
    {
      type: "button",
      tabindex: "-1",
      class: classOf(words),
      "data-test": "wire-row",
      "data-seq": entry.seq,
      "data-kind": entry.kind,
      "data-what": words.what,
      "data-status": entry.status ?? "none",
      "data-mids": words.mids.join(" "),
      click: () => choose(entry.seq),
    },
    timeMark(entry.at),
    direction(entry, words, state),
    h(
      "span",
      { class: "wire-words" },
      h("span", { class: "wire-what" }, words.what),
      entry.app_id !== state.app_id && entry.app_id && h("em", {}, appName(entry.app_id, state)),
      words.badge && h("em", {}, words.badge),
      person && avatar({ kind: "person", name: person.name }),
      h("span", { class: "wire-say" }, words.say),
      words.more > 0 && h("em", {}, `+${words.more}`),
    ),
    h("span", { class: "wire-status" }, entry.status ?? "–"),
    h("span", { class: "wire-ms" }, Number.isFinite(entry.ms) ? `${Math.round(entry.ms)} ms` : ""),
    words.trouble && h("span", { class: "wire-trouble" }, words.trouble),
  );
  lights(node, () => words.mids);

  function update({ mark }) {
    setAttr(node, "data-mark", mark);
    setAttr(node, "aria-current", mark === "chosen" || null);
  }

  return { node, update };
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

/** Hours go first where there is little room. */
function timeMark(at) {
  const time = exactTime(at);
  return h("span", { class: "wire-time", title: time }, h("span", { class: "wire-hours" }, time.slice(0, 3)), time.slice(3));
}

function classOf({ webhook, failed, what }) {
  const classes = ["wire-row", webhook ? "is-webhook" : "is-call"];
  if (failed) classes.push("is-failed");
  else if (QUIET.has(what)) classes.push("is-quiet");
  return classes.join(" ");
}
