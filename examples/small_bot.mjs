// A bot for Messenger in one file and Node alone: it hands over to a human, and back.
//
//     PORT=9000 GRAPH_API_URL=http://127.0.0.1:8080 node examples/small_bot.mjs

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const {
  PORT = "9000",
  GRAPH_API_URL = "http://127.0.0.1:8080",
  PAGE_ACCESS_TOKEN = "made-up-token",
  APP_SECRET = "made-up-secret",
  VERIFY_TOKEN = "made-up-word",
} = process.env;
const PAGE_INBOX = "263902037430900";

const MENU = { content_type: "text", title: "Chat with a person", payload: "human" };
const NEVER_MIND = { content_type: "text", title: "Never mind", payload: "never_mind" };

/** People who are with a human. */
const away = new Set();

async function graph(edge, body) {
  const answer = await fetch(`${GRAPH_API_URL}/v26.0/me/${edge}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${PAGE_ACCESS_TOKEN}` },
    body: JSON.stringify(body),
  });
  // 10/2018300, for example: another app controls the thread. Then it is not ours to speak.
  if (!answer.ok) console.log("Graph refused", edge, await answer.text());
}

const say = (psid, text, ...quickReplies) =>
  graph("messages", {
    recipient: { id: psid },
    message: quickReplies.length ? { text, quick_replies: quickReplies } : { text },
  });

async function handOver(psid) {
  // In this order: once control is passed, Graph takes no more words from us.
  await say(psid, "I'm connecting you with a person from our team.", NEVER_MIND);
  await graph("pass_thread_control", { recipient: { id: psid }, target_app_id: PAGE_INBOX });
  away.add(psid);
}

async function comeBack(psid) {
  away.delete(psid);
  await say(psid, "This is the bot again. What can I do for you?", MENU);
}

async function hear(channel, event) {
  const psid = event.sender?.id;
  const text = event.message?.text ?? "";
  if (event.take_thread_control) return away.add(psid); // An agent stepped in.
  if (event.pass_thread_control) return comeBack(psid); // Done, in the Page Inbox.
  if (!event.message || event.message.is_echo) return;
  if (channel === "standby") {
    if (text !== NEVER_MIND.title) return; // A payload may be lost in standby; the title is not.
    await graph("take_thread_control", { recipient: { id: psid } });
    return comeBack(psid);
  }
  if (away.has(psid)) return comeBack(psid); // A live message is proof that control is ours.
  if (text.includes("human") || text === MENU.title) return handOver(psid);
  return say(psid, `I am a small bot. You said: ${text}`, MENU);
}

/** The signature covers the bytes as they came: check it before reading them as JSON. */
function isSigned(body, header = "") {
  const expected = `sha256=${createHmac("sha256", APP_SECRET).update(body).digest("hex")}`;
  return header.length === expected.length && timingSafeEqual(Buffer.from(header), Buffer.from(expected));
}

/** One event after the other, so that each conversation keeps its order. */
let work = Promise.resolve();

createServer((request, response) => {
  const query = new URL(request.url, "http://localhost").searchParams;
  if (request.method === "GET") {
    const fits = query.get("hub.verify_token") === VERIFY_TOKEN;
    return response.writeHead(fits ? 200 : 403).end(fits ? query.get("hub.challenge") : "");
  }
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const body = Buffer.concat(parts);
    if (!isSigned(body, request.headers["x-hub-signature-256"])) return response.writeHead(403).end();
    response.end("EVENT_RECEIVED"); // Within five seconds, so: first this, then work.
    for (const entry of JSON.parse(body).entry ?? []) {
      for (const channel of ["messaging", "standby"]) {
        for (const event of entry[channel] ?? []) {
          work = work.then(() => hear(channel, event)).catch((problem) => console.log(problem));
        }
      }
    }
  });
}).listen(Number(PORT), "127.0.0.1", () => console.log(`Listening at http://127.0.0.1:${PORT}/webhook`));
