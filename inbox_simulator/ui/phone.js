/** One person's phone: Messenger as they see it. */

import { tapButton, tapQuickReply } from "./api.js";
import { fill, h, keyed, setAttr, setText } from "./dom.js";
import { actWords, grouped, pageOf, quotedBy } from "./facts.js";
import { followEnd } from "./follow.js";
import { messageTools } from "./message-tools.js";
import { messageRow, noteRow } from "./message-view.js";
import { phoneComposer } from "./phone-composer.js";
import { phoneStart } from "./phone-start.js";
import { appSpeaker, avatar, speakerOf } from "./speakers.js";

export function phone({ psid, name, page_id: pageId }, store) {
  const parts = frame(psid, name, store);
  let drawn = null;
  let drawnApp = null;
  let drawnPage = null;

  function update() {
    const thread = store.state.threads.get(psid) ?? emptyThread(psid, name);
    setAttr(parts.node, "data-selected", store.state.selected === psid || null);
    setText(parts.pageName, pageOf({ page_id: pageId }, store.state).name);
    parts.box.update(store.state);
    if (thread === drawn && store.state.app_id === drawnApp && store.state.page === drawnPage) return;
    drawn = thread;
    drawnApp = store.state.app_id;
    drawnPage = store.state.page;
    draw(parts, thread, store.state);
  }

  return { node: parts.node, update, focus: () => parts.box.input.focus({ preventScroll: true }) };
}

function emptyThread(psid, name) {
  return { psid, name, messages: [], typing: [], seen_at: null };
}

function frame(psid, name, store) {
  const pageName = h("strong", {});
  const scroller = h("div", { class: "screen", tabindex: "0", role: "group", "aria-label": `${name}'s messages` });
  const follow = followEnd(scroller, "New messages");
  const rows = h("div", { class: "rows" });
  const typing = h("div", { class: "typing-rows" });
  const pills = h("div", { class: "pills" });
  const box = phoneComposer({ psid, name }, store, { sent: follow.toEnd });
  const hint = phoneStart({ psid, name }, box);
  scroller.append(hint.node, rows, typing, pills);
  const node = h(
    "article",
    {
      class: "phone",
      "data-test": "phone",
      "data-psid": psid,
      "aria-label": `${name}'s phone`,
      focusin: () => store.select(psid),
      pointerdown: () => store.select(psid),
    },
    h(
      "div",
      { class: "phone-head" },
      avatar({ kind: "page" }),
      h("div", {}, pageName, h("small", {}, "Messenger")),
      h("span", { class: "owner-tag" }, h("span", { dir: "auto" }, name), avatar({ kind: "person", name })),
    ),
    h("div", { class: "screen-wrap" }, scroller, follow.pill),
    box.node,
  );
  return { node, pageName, rows, hint, typing, pills, box, follow, psid };
}

function draw(parts, thread, state) {
  parts.hint.update(thread, state);
  const tap = (button, { mid }) => tapButton(thread.psid, button, mid).catch(parts.box.tell);
  const tools = (message) => messageTools(message, parts);
  const items = phoneItems(thread, state);
  const added = keyed(parts.rows, items, ({ key }) => key, (item) => (item.note ? noteRow(item) : messageRow(item, { onTap: tap, tools })));
  keyed(parts.typing, thread.typing ?? [], (appId) => appId, (appId) => typingRow(appId, state));
  drawPills(parts, thread);
  parts.follow.settle(added);
}

/** Messages, with a line for each thing that the person did beside them. */
function phoneItems(thread, state) {
  const messages = grouped(thread.messages).map((item) => phoneItem(item, thread, state));
  const acts = (thread.acts ?? []).map((act, index) => ({ key: `act ${index}`, at: act.at, note: actWords(act, thread.name) }));
  const blocked = thread.unavailable ? [{ key: "blocked", at: Infinity, note: `${thread.name} has blocked the Page` }] : [];
  return [...messages, ...acts, ...blocked].sort((a, b) => a.at - b.at);
}

function phoneItem(item, thread, state) {
  const speaker = speakerOf(item.message, thread, state);
  const mine = item.message.author === "person";
  const seen = mine && item.last && isLastSeen(item.message, thread);
  return { ...item, key: item.message.mid, at: item.message.at, speaker, mine, named: !mine, seen, quoted: quotedBy(item.message, thread) };
}

/** "Seen" stands under the newest of the person's messages that was seen, as in Messenger. */
function isLastSeen(message, { messages, seen_at: seenAt }) {
  if (!seenAt || message.at > seenAt) return false;
  return !messages.some(({ author, at }) => author === "person" && at > message.at && at <= seenAt);
}

function typingRow(appId, state) {
  const speaker = appSpeaker(appId, state);
  const node = h(
    "div",
    { class: "row theirs typing", "aria-label": `${speaker.name} is typing` },
    h("div", { class: "line" }, h("span", { class: "slot" }, avatar(speaker)), dots()),
  );
  return { node };
}

function dots() {
  return h("div", { class: "bubble dots" }, h("i"), h("i"), h("i"));
}

/** Quick replies belong to the newest message alone: anything said after it takes them away. */
function drawPills(parts, { psid, messages }) {
  const newest = messages.at(-1);
  const offers = newest && newest.author !== "person" ? (newest.quick_replies ?? []) : [];
  const items = offers.map((offer, index) => ({ ...offer, key: `${newest.mid} ${index}` }));
  keyed(parts.pills, items, ({ key }) => key, (offer) => ({
    node: h(
      "button",
      {
        type: "button",
        class: "pill",
        "data-test": "quick-reply",
        click: ({ currentTarget }) => useOffer(psid, offer, currentTarget, parts),
      },
      offer.title,
    ),
  }));
}

async function useOffer(psid, offer, button, parts) {
  // A second click before the answer must not say it twice.
  button.disabled = true;
  try {
    await tapQuickReply(psid, offer);
    parts.box.input.focus({ preventScroll: true });
  } catch (error) {
    button.disabled = false;
    parts.box.tell(error);
  }
}
