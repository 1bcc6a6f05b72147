/** Journal entries in words: what was sent, about whom, how it went. */

import { NO_WORDS } from "./facts.js";

const FIELDS = [
  ["message", (event) => (event.message.is_echo ? "message_echoes" : "messages")],
  ["postback", () => "messaging_postbacks"],
  ["delivery", () => "message_deliveries"],
  ["read", () => "message_reads"],
  ["reaction", () => "message_reactions"],
  ["message_edit", () => "message_edits"],
  ["pass_thread_control", () => "pass_thread_control"],
  ["take_thread_control", () => "take_thread_control"],
  ["request_thread_control", () => "request_thread_control"],
  ["app_roles", () => "app_roles"],
  ["optin", () => "messaging_optins"],
  ["referral", () => "messaging_referrals"],
  ["account_linking", () => "messaging_account_linking"],
];

/** Those that a reader meets first, in plain words; the others speak for themselves. */
const CODES = {
  "10/2018300": "another app controls this thread",
  "10/2018278": "outside the messaging window",
  "100/2018001": "no such person on this Page",
  4: "too many calls, wait",
  32: "too many calls for this Page, wait",
  613: "too many calls, wait",
  190: "the access token is not valid",
  551: "the person is not available",
};

const described = new WeakMap();

/** `{webhook, what, standby, badge, say, psid, mids, failed, trouble}`, kept for as long as the entry. */
export function describe(entry, pageId) {
  let words = described.get(entry);
  if (!words) described.set(entry, (words = work(entry, pageId)));
  return words;
}

function work(entry, pageId) {
  const webhook = entry.kind === "delivery";
  const body = parsed(entry.body) ?? parsed(entry.raw);
  const about = webhook ? ofDelivery(entry, body, pageId) : ofCall(entry, body);
  const failed = entry.status === null || entry.status === undefined || entry.status >= 400;
  return { webhook, body, ...about, failed, trouble: failed ? troubleOf(entry, webhook) : null };
}

function ofDelivery(entry, body, pageId) {
  const items = (body?.entry ?? []).flatMap((item) => [
    ...(item.messaging ?? []).map((event) => ({ event, standby: false })),
    ...(item.standby ?? []).map((event) => ({ event, standby: true })),
  ]);
  if (!items.length) {
    return { what: entry.method === "GET" ? "verification" : "unknown event", mids: [], say: "" };
  }
  const { event, standby } = items[0];
  const ids = [event.sender?.id, event.recipient?.id];
  return {
    what: fieldOf(event),
    standby,
    badge: standby ? "standby" : null,
    say: sayOf(event),
    more: items.length - 1,
    psid: ids.find((id) => id && id !== pageId),
    mids: items.flatMap((item) => midsOf(item.event)),
  };
}

function fieldOf(event) {
  const field = FIELDS.find(([name]) => name in event);
  return field ? field[1](event) : "other event";
}

function sayOf(event) {
  const control = event.pass_thread_control ?? event.take_thread_control;
  const { message, postback, reaction, message_edit: edited, referral } = event;
  const said = message?.text ?? postback?.title ?? control?.metadata ?? reaction?.emoji ?? edited?.text ?? referral?.ref;
  return said ?? attachmentWord(message);
}

function midsOf({ message, postback, delivery, reaction, message_edit: edited }) {
  return [message?.mid, postback?.mid, reaction?.mid, edited?.mid, ...(delivery?.mids ?? [])].filter(Boolean);
}

function ofCall(entry, body) {
  const edge = entry.path.split("?")[0].split("/").filter(Boolean).at(-1) ?? entry.path;
  const call = { ...entry.query, ...body };
  const recipient = parsed(call.recipient);
  const message = parsed(call.message);
  const mid = parsed(entry.response)?.message_id;
  return {
    what: call.sender_action ?? nameOf(edge, entry),
    badge: entry.method === "POST" ? null : entry.method,
    say: message?.text ?? call.metadata ?? attachmentWord(message),
    psid: recipient?.id ?? psidOfPath(entry.path),
    mids: mid ? [mid] : [],
  };
}

/** A bare object has no edge: a person's profile is asked for at `/v24.0/PSID`. */
function nameOf(edge, { path }) {
  if (!/^(me|\d+)$/.test(edge)) return edge;
  return edge === "me" ? "Page" : "profile";
}

function psidOfPath(path) {
  return path.split("/").find((part) => /^\d{10,}$/.test(part));
}

function attachmentWord(message) {
  const attachment = message?.attachment ?? message?.attachments?.[0];
  if (!attachment) return "";
  return attachment.payload?.text ?? NO_WORDS[attachment.type] ?? `(${attachment.payload?.template_type ?? attachment.type})`;
}

function troubleOf(entry, webhook) {
  if (entry.status === null || entry.status === undefined) {
    return webhook ? "no answer: is the app running?" : "the connection was cut";
  }
  if (webhook) return WEBHOOK_TROUBLE[entry.status] ?? "the app did not answer 200; it is sent again";
  const error = parsed(entry.response)?.error;
  if (!error) return `answered ${entry.status}`;
  const pair = error.error_subcode ? `${error.code}/${error.error_subcode}` : String(error.code);
  const words = error.message?.replace(/^\(#\d+\) /, "");
  return `${pair}: ${CODES[pair] ?? words ?? CODES[error.code] ?? "refused"}`;
}

const WEBHOOK_TROUBLE = {
  403: "the app refused the signature or the verify token",
  404: "the app has no such address",
  503: "the app could not store it; it is sent again",
};

/** JSON that may still be text; anything else gives null. */
export function parsed(value) {
  if (typeof value !== "string") return value ?? null;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

/** An answer that takes longer than this has more likely another cause. */
const ANSWER_MS = 60_000;

/** A webhook is recorded when it was answered, so the calls it caused may stand before it. */
const LATE_LINES = 40;

/** The delivery that a call most likely answers: the app's last one about the same person. */
export function causeOf(entry, journal, pageId) {
  const words = describe(entry, pageId);
  if (words.webhook || !words.psid) return null;
  let cause = null;
  for (let at = Math.min(journal.indexOf(entry) + LATE_LINES, journal.length - 1); at >= 0; at -= 1) {
    const other = journal[at];
    if (entry.at - other.at > ANSWER_MS) break;
    if (other.at > entry.at || other.app_id !== entry.app_id || other.at <= (cause?.at ?? 0)) continue;
    if (isPrompt(describe(other, pageId), words.psid)) cause = other;
  }
  // What came on standby is not for this app to answer, and hides what came before it.
  return cause && describe(cause, pageId).standby ? null : cause;
}

const ANSWERED = ["messages", "messaging_postbacks", "pass_thread_control", "take_thread_control"];

function isPrompt(words, psid) {
  return words.webhook && words.psid === psid && ANSWERED.includes(words.what);
}
