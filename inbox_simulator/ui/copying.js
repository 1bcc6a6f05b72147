/** To the clipboard, and a command that can be taken there by a click. */

import { h, setText } from "./dom.js";
import { icon } from "./icons.js";

/** Browsers offer the clipboard to secure pages alone; elsewhere a selection does it. */
export async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = h("textarea", { class: "visually-hidden" });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** A button that copies a text, and the line in which it says how that went. */
export function copyButton(text, what) {
  const said = h("span", { role: "status", class: "said" });
  const copy = () => copyText(text).then(
    () => setText(said, "Copied"),
    (error) => setText(said, error.message),
  );
  return [h("button", { type: "button", class: "icon-button", "aria-label": `Copy ${what}`, title: "Copy", "data-test": "copy", click: copy }, icon("copy")), said];
}

/** A command to run elsewhere, with a button that copies it. */
export function commandLine(command) {
  return h("span", { class: "command-line", "data-test": "command" }, h("code", {}, command), ...copyButton(command, `the command ${command}`));
}
