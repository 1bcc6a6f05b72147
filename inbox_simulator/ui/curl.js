/** A journal entry as a curl command to paste into a shell. */

const SKIPPED = new Set(["host", "content-length", "connection", "accept-encoding", "accept", "user-agent"]);

/** It is made of the app's secret, and never recorded either. */
const PROOF = "appsecret_proof";

export function curlOf(entry, words, state) {
  const lines = [`curl -X ${entry.method} ${quoted(addressOf(entry, words, state))}`];
  for (const [name, value] of Object.entries(entry.headers ?? {})) {
    if (!SKIPPED.has(name.toLowerCase())) lines.push(headerLine(name, String(value)));
  }
  const data = bodyOf(entry);
  if (data) lines.push(`--data-raw ${quoted(data)}`);
  return lines.join(" \\\n  ");
}

/** Tokens are never recorded, so the command takes its own from the shell. */
function headerLine(name, value) {
  if (name.toLowerCase() === "authorization") return `-H "Authorization: Bearer $PAGE_ACCESS_TOKEN"`;
  return `-H ${quoted(`${name}: ${value}`)}`;
}

function addressOf(entry, words, state) {
  const app = state.apps.find(({ app_id: id }) => id === entry.app_id);
  if (words.webhook) return entry.path.startsWith("http") ? entry.path : (app?.webhook_url ?? entry.path);
  const { [PROOF]: _, ...rest } = entry.query ?? {};
  const query = new URLSearchParams(rest).toString();
  return `${location.origin}${entry.path}${query ? `?${query}` : ""}`;
}

function bodyOf({ raw, body }) {
  if (raw) return withoutProof(raw);
  if (body === null || body === undefined) return "";
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** What was recorded in its place would be refused, and without one the call is taken. */
function withoutProof(raw) {
  return raw.replace(/,\s*"appsecret_proof":\s*"[^"]*"/, "").replace(/&appsecret_proof=[^&]*/, "");
}

/** Single quotes keep a shell from reading anything in between. */
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
