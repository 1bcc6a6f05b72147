/** Help: what the places show, how to plug in a bot, and the keys. */

import { copyButton } from "./copying.js";
import { fill, h } from "./dom.js";
import { listenForKeys } from "./keys.js";

const PLACES = [
  ["People", "phones with Messenger on them. Write as anybody; the bot answers first."],
  ["Page Inbox", "where human agents answer. Main holds what waits for them, Done the rest. A reply takes a conversation over from the bot, Done gives it back."],
  ["Wire", "each webhook that Messenger signs and sends, and each Graph call that an app makes, with its answer. A click opens all of it."],
  ["The strip", "who owned the conversation when, a mark for each message, and what the bot heard of it. Only the owner may speak."],
];

const CONNECT = () => `curl -X POST ${location.origin}/_simulator/apps -H 'Content-Type: application/json' -d '{
  "app_id": "999000000000001", "name": "My bot", "default": true, "can_take": true,
  "app_secret": "made-up-secret", "access_token": "made-up-token",
  "webhook_url": "http://127.0.0.1:9000/webhook", "verify_token": "made-up-word"}'`;

/** `actions` is a list of `[key, words, act]`. Answers a function that shows the help, from the top or from the heading with this id. */
export function help(actions) {
  const dialog = h("dialog", { class: "help", "aria-label": "Help", "data-test": "help-dialog" });
  document.body.append(dialog);
  const all = [...actions, ["?", "show this help", () => show()]];
  fill(
    dialog,
    h("form", { method: "dialog", class: "help-head" }, h("h2", {}, "Help"), h("button", { class: "primary" }, "Close")),
    h("h3", {}, "What you see"),
    h("dl", { class: "help-places" }, ...PLACES.flatMap(([name, words]) => [h("dt", {}, name), h("dd", {}, words)])),
    h("h3", { id: "own-bot", tabindex: "-1" }, "Your own bot"),
    h("p", {}, "Any program that takes Messenger's webhooks and calls the Graph API can be plugged in. Let it call ", h("code", {}, location.origin), " in place of graph.facebook.com, and say where it listens:"),
    h("pre", { tabindex: "0" }, CONNECT()),
    h("div", { class: "help-copy" }, ...copyButton(CONNECT(), "the command that connects a bot")),
    h("p", {}, h("a", { href: "/_simulator/docs/simulator.md", target: "_blank", rel: "noopener" }, "docs/simulator.md"), " has two small bots to begin with; inbox_simulator/README.md lists all calls of the control API."),
    h("h3", {}, "Keys"),
    h("dl", { class: "help-keys" }, ...all.flatMap(([key, words]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, words)])),
    h("p", {}, "Enter sends, Shift and Enter starts a new line, Escape leaves a text box. The arrow keys walk along the wire."),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  listenForKeys(all, () => dialog.open);

  function show(heading) {
    dialog.showModal();
    dialog.scrollTop = 0;
    const from = heading && document.getElementById(heading);
    from?.scrollIntoView();
    from?.focus({ preventScroll: true });
  }
  return show;
}
