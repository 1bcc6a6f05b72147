/** The conversation that the agent has open. */

import { markDone, moveToMain, reply, replyWith } from "./api.js";
import { composer } from "./composer.js";
import { fill, h, keyed, setAttr, setText } from "./dom.js";
import { grouped, ownerOf, quotedBy } from "./facts.js";
import { followEnd } from "./follow.js";
import { clockTime, dayAndTime } from "./format.js";
import { icon } from "./icons.js";
import { readNow, windowMark } from "./inbox-item.js";
import { messageRow, noteRow } from "./message-view.js";
import { pageTag } from "./page-tag.js";
import { popup } from "./popup.js";
import { pictureChoices } from "./samples.js";
import { avatar, speakerOf } from "./speakers.js";
import { stateMark } from "./state-word.js";

export function inboxThread(store, { back }) {
  const view = build(store, back);
  let shown = null;
  let drawn = null;

  /** What an agent does to the open conversation also marks it read. */
  const acting = (call) => async () => {
    const thread = store.state.threads.get(shown);
    if (!thread) return;
    readNow(thread);
    await call(shown).then(() => view.box.say(""), (error) => view.box.say(error.message));
  };
  const actions = { take: acting(moveToMain), done: acting(markDone) };
  view.take.addEventListener("click", actions.take);
  view.done.addEventListener("click", actions.done);
  view.box.input.addEventListener("focus", () => {
    const thread = store.state.threads.get(shown);
    if (!thread) return;
    readNow(thread);
    store.select(shown);
  });
  view.send = (text) => reply(shown, text).then(view.follow.toEnd);
  view.sendFile = (attachment) => acting((psid) => replyWith(psid, attachment).then(view.follow.toEnd))();

  function update(state) {
    const thread = state.threads.get(state.opened);
    view.node.hidden = false;
    view.inside.hidden = !thread;
    view.blank.hidden = Boolean(thread);
    if (!thread) return leave(state.threads.size > 0);
    if (thread.psid !== shown) enter(thread);
    tick(view, thread, state);
    if (thread !== drawn) draw(view, (drawn = thread), state);
  }

  function enter(thread) {
    view.box.swapDraft(shown, thread.psid);
    shown = thread.psid;
    drawn = null;
    fill(view.picture, avatar({ kind: "person", name: thread.name }));
    view.follow.toEnd();
  }

  function leave(any) {
    const [title, words] = any ? NONE_OPEN : NONE_YET;
    setText(view.blank.querySelector("strong"), title);
    setText(view.blank.querySelector("p"), words);
    if (shown === null) return;
    view.box.swapDraft(shown, null);
    shown = drawn = null;
    setAttr(view.node, "data-owner", null);
    setAttr(view.node, "data-psid", null);
  }

  return { node: view.node, update, actions, focusReply: () => view.box.input.focus() };
}

const NONE_YET = ["Nobody waits for a person", "When the bot passes a conversation here, it appears in Main: all of it, with who wrote what."];
const NONE_OPEN = ["No conversation is open", "Those that the bot holds are in Done. You may read along there, or take one over."];

function build(store, back) {
  const view = {
    name: h("strong", { class: "thread-name", dir: "auto" }),
    picture: h("span", { class: "picture" }),
    state: stateMark(store),
    left: windowMark(store),
    pageTag: pageTag(),
    take: h("button", { type: "button", class: "quiet", "data-test": "inbox-take" }, icon("moveIn"), h("span", {}, h("span", { class: "optional" }, "Move to "), "Main")),
    done: h("button", { type: "button", class: "quiet", "data-test": "inbox-done" }, icon("check"), "Done"),
    rows: h("div", { class: "rows" }),
    scroller: h("div", { class: "screen", tabindex: "0", role: "group", "aria-label": "The open conversation" }),
    send: null,
  };
  view.follow = followEnd(view.scroller, "New messages");
  view.scroller.append(view.rows);
  view.box = composer({
    label: "Reply as the Page",
    inputTest: "inbox-reply",
    sendTest: "inbox-send",
    placeholder: "Write a reply",
    sendWords: "Send",
    send: (text) => view.send(text),
    before: [popup({ iconName: "plus", label: "More that the agent can send", test: "agent-more", items: () => pictureChoices((file) => view.sendFile(file), "reply") }).node],
  });
  view.blank = h(
    "div",
    { class: "empty" },
    h("span", { class: "empty-art" }, icon("inbox")),
    h("strong", {}),
    h("p", {}),
  );
  view.inside = h("div", { class: "thread-inside", hidden: true }, head(view, back), h("div", { class: "screen-wrap" }, view.scroller, view.follow.pill), view.box.node);
  view.node = h("div", { class: "inbox-thread", "data-test": "inbox-thread" }, view.blank, view.inside);
  return view;
}

function head(view, back) {
  return h(
    "div",
    { class: "thread-head" },
    h("button", { type: "button", class: "icon-button only-narrow", "aria-label": "Back to the list", click: back }, icon("back")),
    view.picture,
    h("div", { class: "thread-title" }, h("div", { class: "thread-who" }, view.name, view.pageTag.node), h("div", { class: "thread-facts" }, view.state.node, view.left.node)),
    h("div", { class: "thread-actions" }, view.take, view.done),
  );
}

function tick(view, thread, state) {
  const owner = ownerOf(thread.owner?.app_id, state);
  setAttr(view.node, "data-owner", owner);
  setAttr(view.node, "data-psid", thread.psid);
  setText(view.name, thread.name);
  view.state.update(thread);
  view.left.update(thread);
  view.pageTag.update(thread, state);
  view.take.disabled = thread.folder === "main" && owner === "page_inbox";
  view.done.disabled = thread.folder === "done" && owner !== "page_inbox";
  const takesByReply = state.switches.routing === "default_app";
  setAttr(
    view.box.input,
    "placeholder",
    owner === "bot" && takesByReply ? "Reply and take over from the bot" : `Reply to ${thread.name}`,
  );
}

function draw(view, thread, state) {
  const added = keyed(view.rows, itemsOf(thread, state), ({ key }) => key, (item) =>
    item.note ? noteRow(item) : messageRow(item),
  );
  view.follow.settle(added);
}

/** Messages, with a line where the conversation came to the inbox or left it. */
function itemsOf(thread, state) {
  const messages = grouped(thread.messages).map((item) => ({
    ...item,
    key: item.message.mid,
    at: item.message.at,
    speaker: speakerOf(item.message, thread, state),
    mine: item.message.author !== "person",
    named: true,
    quoted: quotedBy(item.message, thread),
  }));
  return apart([...messages, ...notesOf(thread, state)].sort((a, b) => a.at - b.at));
}

/** A line in between ends a group of messages and begins another. */
function apart(items) {
  return items.map((item, index) => {
    if (item.note) return item;
    const first = item.first || Boolean(items[index - 1]?.note);
    const last = item.last || Boolean(items[index + 1]?.note);
    return { ...item, first, last };
  });
}

function notesOf(thread, state) {
  const notes = [];
  (thread.ownership ?? []).forEach((record, index, all) => {
    const inbox = record.app_id === state.inbox_app_id;
    const was = index > 0 && all[index - 1].app_id === state.inbox_app_id;
    if (inbox === was) return;
    // A reply takes the conversation with it, so its line stands above it.
    const at = record.cause === "reply" ? record.from - 1 : record.from;
    const time = record.cause === "expired" ? dayAndTime(record.from) : clockTime(record.from);
    notes.push({ key: `${thread.psid} note ${index}`, at, note: `${noteOf(inbox, record)} · ${time}` });
  });
  return notes;
}

const ARRIVED = { pass: "The bot passed the conversation to you", reply: "You took over by replying", moved: "You moved it to Main" };
const LEFT = { done: "Marked as done: back to the bot", take: "The bot took it back", expired: "Nobody wrote for 24 hours" };

function noteOf(inbox, { cause }) {
  return inbox ? (ARRIVED[cause] ?? "The conversation arrived in Main") : (LEFT[cause] ?? "The conversation left the inbox");
}
