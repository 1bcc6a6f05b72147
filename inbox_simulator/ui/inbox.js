/** The Page Inbox: folders, the list of conversations, and the one that is open. */

import { h, keyed, setAttr, setText } from "./dom.js";
import { icon } from "./icons.js";
import { inboxItem } from "./inbox-item.js";
import { inboxThread } from "./inbox-thread.js";
import { pageChoice } from "./page-tag.js";

const FOLDERS = [
  ["main", "Main"],
  ["done", "Done"],
];

const EMPTY = {
  main: "Nobody waits for a person. When the bot passes a conversation here, it appears in Main.",
  done: "Conversations that the bot holds, and those you are done with, are kept here.",
};

/** `say(words)` tells a screen reader what the keys could not do. */
export function inboxPlace(root, store, say) {
  let folder = "main";
  let onPage = "";
  const choice = pageChoice({ label: "Show conversations of", test: "inbox-page", all: "All Pages", change: choosePage });
  const tabs = FOLDERS.map(([name, words]) => folderTab(name, words, () => choose(name)));
  const list = h("div", { class: "inbox-list", role: "group", "aria-label": "Conversations" });
  const empty = h("p", { class: "inbox-empty" });
  const side = h("div", { class: "inbox-side", hidden: true }, list, empty);
  const thread = inboxThread(store, { back: () => store.open(null) });
  root.append(
    h(
      "div",
      { class: "place-head" },
      h("h2", { id: "inbox-title" }, "Page Inbox"),
      choice.node,
      h("div", { class: "folders", role: "group", "aria-label": "Folders" }, ...tabs.map(({ node }) => node)),
    ),
    h("div", { class: "inbox-body" }, side, thread.node),
  );

  function choose(name) {
    folder = name;
    if (isNarrow()) store.state.opened = null;
    store.changed();
  }

  function choosePage(id) {
    onPage = id;
    const opened = store.state.threads.get(store.state.opened);
    if (onPage && opened && opened.page_id !== onPage) store.state.opened = null;
    store.changed();
  }

  function draw(state) {
    choice.update(state);
    const threads = [...state.threads.values()].filter(({ messages, page_id: page }) => messages.length && (!onPage || page === onPage));
    threads.sort((a, b) => b.messages.at(-1).at - a.messages.at(-1).at);
    for (const tab of tabs) tab.update(threads, folder);
    const shown = threads.filter((item) => item.folder === folder);
    keyed(list, shown, ({ psid }) => psid, (item) => inboxItem(item, store));
    empty.hidden = shown.length > 0;
    setText(empty, state.loaded ? EMPTY[folder] : "");
    side.hidden = !threads.length;
    if (!state.opened && !isNarrow() && shown.length) state.opened = (shown.find(({ psid }) => psid === state.selected) ?? shown[0]).psid;
    setAttr(root, "data-open", state.opened !== null || !threads.length);
    thread.update(state);
  }
  store.subscribe(draw);

  function step(by) {
    const items = [...list.children];
    const at = items.findIndex((item) => item.dataset.psid === store.state.opened);
    items[Math.min(items.length - 1, Math.max(0, at + by))]?.click();
  }

  /** Open a conversation in the folder in which it lies. */
  function show(psid) {
    const thread = store.state.threads.get(psid);
    folder = thread.folder;
    if (onPage && thread.page_id !== onPage) choice.node.value = onPage = "";
    store.open(psid);
  }

  /** Let the agent write: in the open conversation, else in that of the person who was touched last. */
  function focusReply() {
    const { opened, selected, threads } = store.state;
    if (!threads.has(opened)) {
      if (!threads.get(selected)?.messages.length) return sayNoneOpen();
      show(selected);
      // A box that is hidden until the next frame takes no focus, and the letters would be keys.
      draw(store.state);
    }
    thread.focusReply();
  }

  function sayNoneOpen() {
    root.focus();
    say("No conversation is open");
  }

  return { step, choose, show, focusReply, ...thread.actions };
}

/** On a phone the list comes first and a tap opens a conversation. */
function isNarrow() {
  return matchMedia("(max-width: 899px)").matches;
}

function folderTab(name, words, click) {
  const count = h("span", { class: "count" });
  const dot = h("span", { class: "unread-dot", title: "unread" });
  const node = h(
    "button",
    { type: "button", class: "folder", "data-test": `folder-${name}`, click },
    name === "main" ? icon("inbox") : icon("check"),
    words,
    count,
    dot,
  );
  function update(threads, folder) {
    const inside = threads.filter((thread) => thread.folder === name);
    setText(count, String(inside.length));
    dot.hidden = name !== "main" || !inside.some(({ unread }) => unread);
    setAttr(node, "aria-pressed", String(folder === name));
  }
  return { node, update };
}
