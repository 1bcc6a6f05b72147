/** Reads calls from standard input, one a line, and makes them with the published client. */

const { createInterface } = require("node:readline");
const { createRequire } = require("node:module");

const [packages, origin, accessToken, appId, appSecret] = process.argv.slice(2);
const { MessengerClient } = createRequire(`${packages}/`)("messaging-api-messenger");
const client = new MessengerClient({ origin, accessToken, appId, appSecret });

/** It is older than this edge: its own connection and its own token do it. */
async function releaseThreadControl(psid) {
  const address = `/me/release_thread_control?access_token=${client.accessToken}`;
  return (await client.axios.post(address, { recipient: { id: psid } })).data;
}

const added = { releaseThreadControl };

async function answer(line) {
  const { method, values } = JSON.parse(line);
  const given = values.map((value) => (value?.buffer ? Buffer.from(value.buffer, "base64") : value));
  try {
    const answered = added[method] ? added[method](...given) : client[method](...given);
    return { answer: (await answered) ?? null };
  } catch (error) {
    return { error: error.message };
  }
}

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(line)));
  }
}

main();
