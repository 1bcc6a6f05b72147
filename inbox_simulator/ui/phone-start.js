/** What a person sees before the first word: the Page, its greeting, Get Started, ice breakers. */

import { tapButton } from "./api.js";
import { fill, h } from "./dom.js";
import { pageOf } from "./facts.js";
import { avatar } from "./speakers.js";

export function phoneStart({ psid, name }, box) {
  const node = h("div", { class: "hint" });
  let drawn = null;
  const tap = (title, payload) => tapButton(psid, { title, payload }).catch(box.tell);

  function update(thread, state) {
    const page = pageOf(thread, state);
    node.hidden = thread.messages.length > 0;
    if (node.hidden || drawn === page) return;
    drawn = page;
    const { get_started: started, ice_breakers: breakers } = page.profile ?? {};
    fill(
      node,
      avatar({ kind: "page" }),
      h("strong", {}, page.name),
      h("p", {}, greetingOf(page.profile, name) ?? "Say hello, ask about opening hours, or write “I want to talk to a human”."),
      ...questionsOf(breakers).map(({ question, payload }) => h("button", { type: "button", class: "pill", "data-test": "ice-breaker", click: () => tap(question, payload) }, question)),
      started && h("button", { type: "button", class: "get-started", "data-test": "get-started", click: () => tap("Get Started", started.payload) }, "Get Started"),
    );
  }

  return { node, update };
}

function greetingOf(profile, name) {
  const greetings = profile?.greeting ?? [];
  const greeting = greetings.find(({ locale }) => locale === "default") ?? greetings[0];
  return greeting?.text?.replaceAll(/\{\{user_(first|full)_name\}\}/g, name).replaceAll("{{user_last_name}}", "");
}

/** Questions stand in a list of their own, or under a locale. */
function questionsOf(breakers = []) {
  return breakers.flatMap((breaker) => breaker.call_to_actions ?? [breaker]).filter(({ question }) => question);
}
