/** A journal entry as a curl command to paste into a shell. */

const SKIPPED = new Set(["host", "content-length", "connection", "accept-encoding", "accept", "user-agent"]);

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
  const query = new URLSearchParams(entry.query ?? {}).toString();
  return `${location.origin}${entry.path}${query ? `?${query}` : ""}`;
}

function bodyOf({ raw, body }) {
  if (raw) return raw;
  if (body === null || body === undefined) return "";
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** Single quotes keep a shell from reading anything in between. */
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
