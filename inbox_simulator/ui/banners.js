/** Lines above the places: a lost connection, a new start, news of the bot, a call that failed. */

import { takeUnsent } from "./composer.js";
import { commandLine } from "./copying.js";
import { fill, h, setAttr, setText } from "./dom.js";
import { icon } from "./icons.js";

const READY_SHOWN_MS = 6000;
const LOST_AFTER_MS = 400;

export function banners(root, store) {
  const lost = banner("lost", "connection", "alert");
  const notice = banner("notice", "notice", "status");
  const trouble = banner("trouble-banner", "trouble", "alert");
  const anew = banner("anew", "anew", "status");
  const unsent = h("div", { class: "unsent", "data-test": "unsent" });
  trouble.node.append(closing(trouble));
  anew.node.append(unsent, closing(anew));
  root.append(lost.node, anew.node, notice.node, trouble.node);
  let told = null;
  let hideReady = 0;

  function drawNotice({ notice: news }) {
    const signature = JSON.stringify(news);
    if (signature === told) return;
    told = signature;
    clearTimeout(hideReady);
    notice.show(news?.text ?? "");
    setAttr(notice.node, "data-ready", news?.ready ? "true" : null);
    if (news?.ready) hideReady = setTimeout(() => notice.show(""), READY_SHOWN_MS);
  }

  /** A hiccup that heals at once is not worth a line. */
  let lostSince = 0;
  function drawLost({ connection }) {
    if (connection !== "lost") {
      lostSince = 0;
      return lost.show("");
    }
    lostSince ||= Date.now();
    const late = Date.now() - lostSince >= LOST_AFTER_MS;
    if (!late) return setTimeout(store.changed, LOST_AFTER_MS);
    lost.show("The simulator does not answer. Trying again; the page catches up by itself.");
  }

  /** Built before the places, so it hears of a new epoch while their boxes still hold what was written. */
  let epoch = null;
  function drawAnew(state) {
    const isFirst = epoch === null;
    if (state.epoch === epoch) return;
    epoch = state.epoch;
    if (isFirst) return;
    const texts = takeUnsent();
    fill(unsent, texts.length > 0 && "Not sent yet: ", ...texts.map(commandLine));
    // Whoever emptied the stage here knows it, and needs to hear only of words that would be lost.
    anew.show(!store.takeAsked() || texts.length ? "The simulator started anew; people and conversations are gone." : "");
  }

  store.subscribe((state) => {
    drawAnew(state);
    drawNotice(state);
    drawLost(state);
    document.body.dataset.connection = state.connection;
  });
  return { fail: (error) => trouble.show(error.message) };
}

function closing(line) {
  return h("button", { type: "button", class: "icon-button", "aria-label": "Close", click: () => line.show("") }, icon("close"));
}

function banner(kind, test, role) {
  const words = h("span", {});
  const node = h("div", { class: `banner is-${kind}`, role, "data-test": test, hidden: true }, h("i", { class: "banner-mark" }), words);
  return {
    node,
    show(text) {
      setText(words, text);
      node.hidden = !text;
    },
  };
}
