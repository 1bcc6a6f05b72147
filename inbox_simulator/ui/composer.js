/** A text box that sends on Enter and keeps the words when sending fails. */

import { h, setText } from "./dom.js";
import { icon } from "./icons.js";

const DRAFTS = new Map();

/** `send(text)` answers a promise; `draftKey()` names whose draft the box holds. */
export function composer({ label, inputTest, sendTest, placeholder, send, sendWords }) {
  const input = h("textarea", {
    rows: 1,
    placeholder,
    "aria-label": label,
    "data-test": inputTest,
    autocomplete: "off",
    keydown: (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      submit();
    },
  });
  const button = h(
    "button",
    { type: "submit", class: sendWords ? "send wordy" : "send", "data-test": sendTest, "aria-label": "Send" },
    icon("send"),
    sendWords,
  );
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const node = h(
    "form",
    {
      class: "composer",
      submit: (event) => {
        event.preventDefault();
        submit();
      },
    },
    trouble,
    h("div", { class: "composer-line" }, input, button),
  );

  async function submit() {
    const text = input.value.trim();
    if (!text) return input.focus();
    input.value = "";
    try {
      await send(text);
      say("");
    } catch (error) {
      // Whatever was typed meanwhile stays behind the words that did not get through.
      input.value = input.value ? `${text}\n${input.value}` : text;
      say(error.message);
    }
  }

  function say(words) {
    setText(trouble, words);
    trouble.hidden = !words;
  }

  return {
    node,
    input,
    say,
    /** Keep the draft of one conversation and bring back that of another. */
    swapDraft(from, to) {
      DRAFTS.set(from, input.value);
      input.value = DRAFTS.get(to) ?? "";
      say("");
    },
  };
}
