/** A text box that sends on Enter and keeps the words when sending fails. */

import { h, setAttr, setText } from "./dom.js";
import { icon } from "./icons.js";

const DRAFTS = new Map();

/** Take away what was written in any box and never sent, as a list of texts. */
export function takeUnsent() {
  const boxes = [...document.querySelectorAll(".composer textarea")];
  const texts = [...boxes.map(({ value }) => value), ...DRAFTS.values()].map((text) => text.trim());
  DRAFTS.clear();
  for (const box of boxes.filter(({ value }) => value)) {
    box.value = "";
    box.dispatchEvent(new Event("input"));
  }
  return [...new Set(texts)].filter(Boolean);
}

/**
 * `send(text, about)` answers a promise; `about` is what `concern` was called with, if anything.
 *
 * `before` are elements left of the box; `instead` is `{iconName, label, test, act}`, what the send
 * button does while the box is empty.
 */
export function composer({ label, inputTest, sendTest, placeholder, send, sendWords, before = [], instead }) {
  const input = h("textarea", {
    rows: 1,
    placeholder,
    "aria-label": label,
    "data-test": inputTest,
    autocomplete: "off",
    keydown: onKey,
    input: drawButtons,
  });
  const button = h("button", { type: "submit", class: sendWords ? "send wordy" : "send", "data-test": sendTest, "aria-label": "Send" }, icon("send"), sendWords);
  const other = instead && h("button", { type: "button", class: "send", "data-test": instead.test, "aria-label": instead.label, title: instead.label, click: instead.act }, icon(instead.iconName));
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const about = aboutLine(() => concern(null));
  const line = h("div", { class: "composer-line" }, ...before, input, button, other);
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
    about.node,
    line,
  );
  drawButtons();

  function onKey(event) {
    if (event.key === "Escape" && about.present()) {
      event.stopPropagation();
      return concern(null);
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  }

  /** A button that appears must not move the others: both take the same place. */
  function drawButtons() {
    const empty = Boolean(other) && !input.value.trim();
    button.hidden = empty;
    if (other) other.hidden = !empty;
  }

  async function submit() {
    const text = input.value.trim();
    if (!text) return input.focus();
    const concerned = about.present();
    write("");
    concern(null);
    try {
      await send(text, concerned);
      say("");
    } catch (error) {
      // Whatever was typed meanwhile stays behind the words that did not get through.
      write(input.value ? `${text}\n${input.value}` : text);
      if (concerned) concern(concerned);
      say(error.message);
    }
  }

  function write(text) {
    input.value = text;
    drawButtons();
  }

  function say(words) {
    setText(trouble, words);
    trouble.hidden = !words;
  }

  /** Let the next words be about `{words, text?, …}`: an answer to a message, or a change of one. */
  function concern(what) {
    about.show(what);
    if (what?.text) write(what.text);
    if (what) input.focus({ preventScroll: true });
  }

  return {
    node,
    input,
    say,
    concern,
    /** Keep the draft of one conversation and bring back that of another. */
    swapDraft(from, to) {
      DRAFTS.set(from, input.value);
      concern(null);
      write(DRAFTS.get(to) ?? "");
      DRAFTS.delete(to);
      say("");
    },
  };
}

function aboutLine(cancel) {
  const words = h("span", {});
  const node = h("div", { class: "about-line", hidden: true }, words, h("button", { type: "button", class: "icon-button", "aria-label": "Not about that message", click: cancel }, icon("close")));
  let present = null;
  return {
    node,
    present: () => present,
    show(what) {
      present = what;
      node.hidden = !what;
      setText(words, what?.words ?? "");
      setAttr(node, "data-about", what?.kind);
    },
  };
}
