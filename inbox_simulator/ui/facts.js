/** What a thread's record says, worked out without touching the page. Times in milliseconds. */

/** Owner in the words that scenarios use: `bot`, `page_inbox`, `nobody` or `other`. */
export function ownerOf(appId, state) {
  if (!appId) return "nobody";
  if (appId === state.app_id) return "bot";
  return appId === state.inbox_app_id ? "page_inbox" : "other";
}

/** Ownership as stretches `{kind, from, to, cause, agent?, app_id}`, waiting told from answered. */
export function stretchesOf(thread, state, now) {
  return (thread.ownership ?? []).flatMap((record) => {
    const stretch = { ...record, to: record.to ?? now, open: record.to === null };
    const owner = ownerOf(record.app_id, state);
    if (owner === "page_inbox") return waitingThenHuman(stretch, thread);
    return [{ ...stretch, kind: owner === "nobody" ? "idle" : owner }];
  });
}

function waitingThenHuman(stretch, thread) {
  const answer = thread.messages.find(
    ({ author, at }) => author === "agent" && at >= stretch.from && at <= stretch.to,
  );
  if (stretch.cause === "reply") return [{ ...stretch, kind: "human", agent: answer?.name }];
  if (!answer) return [{ ...stretch, kind: "waiting" }];
  return [
    { ...stretch, kind: "waiting", to: answer.at, open: false },
    { ...stretch, kind: "human", from: answer.at, cause: "answer", agent: answer.name },
  ];
}

/** The present stretch: who has the conversation now and since when. */
export function presentOf(thread, state, now) {
  return stretchesOf(thread, state, now).at(-1) ?? { kind: "idle", from: now, to: now };
}

/**
 * Messages the bot heard, and those it never heard.
 *
 * Standby copies reach the bot's app, which keeps them from the bot; an agent's words come as
 * echoes alone. What the bot said itself is neither.
 */
export function heardBy(thread, appId) {
  const heard = [];
  const unheard = [];
  for (const message of thread.messages) {
    if (message.author === "app" && message.app_id === appId) continue;
    const live = message.author === "person" && message.channels?.[appId] === "messaging";
    (live ? heard : unheard).push(message.mid);
  }
  return { heard, unheard };
}

/** Page messages that are too old to be answered within the window give null. */
export function windowLeft(thread, now) {
  return thread.window_closes_at ? thread.window_closes_at - now : null;
}

const GROUP_MS = 3 * 60_000;
const PAUSE_MS = 30 * 60_000;

/** Messages with what their place among the others decides: group ends and pauses. */
export function grouped(messages) {
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    return {
      message,
      first: !before || !together(before, message),
      last: !after || !together(message, after),
      pause: !before || message.at - before.at > PAUSE_MS,
      newest: !after,
    };
  });
}

function together(a, b) {
  return a.author === b.author && a.app_id === b.app_id && a.name === b.name && b.at - a.at < GROUP_MS;
}

/** The line of the message that another one answers, if it does. */
export function quotedBy({ reply_to: mid }, { messages }) {
  const answered = mid && messages.find((message) => message.mid === mid);
  return answered ? lineOf(answered) : null;
}

/** What stands for an attachment of which no words are known. */
export const NO_WORDS = { image: "A picture", sticker: "A sticker", video: "A video", audio: "A sound", file: "A file" };

/** One line for a list: the words, or what stands in for them. */
export function lineOf(message) {
  if (message.text) return message.text;
  const [attachment] = message.attachments ?? [];
  if (!attachment) return "(a message)";
  const element = attachment.payload?.elements?.[0];
  return element?.title ?? attachment.payload?.title ?? NO_WORDS[attachment.type] ?? `(${attachment.type})`;
}

/** What a person did that is no message, in words. */
export function actWords({ kind, about }, name) {
  if (kind === "optin") return `${name} opted in${about.title ? `: ${about.title}` : ""}`;
  if (kind === "account_linking") return `${name} ${about.status === "linked" ? "linked" : "unlinked"} an account`;
  return about.ad_id ? `${name} came by an ad` : `${name} came by the link m.me/…?ref=${about.ref ?? ""}`;
}

/** The Page that a person writes to: the first one, unless there are several. */
export function pageOf({ page_id: id }, { page, pages = [] }) {
  return id && id !== page.id ? (pages.find((other) => other.page_id === id) ?? page) : page;
}
