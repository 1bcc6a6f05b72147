/** JSON as indented, coloured text, built from elements. */

import { h } from "./dom.js";

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

export function jsonView(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const code = h("code", {});
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    code.append(text.slice(end, match.index), token(match));
    end = match.index + match[0].length;
  }
  code.append(text.slice(end));
  return h("pre", { class: "json", tabindex: "0" }, code);
}

function token([whole, string, colon, word]) {
  if (string && colon) {
    const span = h("span", {}, h("span", { class: "json-key" }, string), colon);
    return span;
  }
  if (string) return h("span", { class: "json-string" }, string);
  return h("span", { class: word ? "json-word" : "json-number" }, whole);
}
