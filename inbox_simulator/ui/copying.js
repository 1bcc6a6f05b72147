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

/** A command to run elsewhere, with a button that copies it. */
export function commandLine(command) {
  const said = h("span", { role: "status", class: "said" });
  const copy = () => copyText(command).then(
    () => setText(said, "Copied"),
    (error) => setText(said, error.message),
  );
  return h(
    "span",
    { class: "command-line", "data-test": "command" },
    h("code", {}, command),
    h("button", { type: "button", class: "icon-button", "aria-label": `Copy the command ${command}`, title: "Copy", click: copy }, icon("copy")),
    said,
  );
}
