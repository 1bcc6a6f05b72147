/** Reads calls from standard input, one a line, and makes them with the published client. */

const { createInterface } = require("node:readline");
const { createRequire } = require("node:module");

const [packages, origin, accessToken, appId, appSecret] = process.argv.slice(2);
const { MessengerClient } = createRequire(`${packages}/`)("messaging-api-messenger");
const client = new MessengerClient({ origin, accessToken, appId, appSecret });

async function answer(line) {
  const { method, values } = JSON.parse(line);
  const given = values.map((value) => (value?.buffer ? Buffer.from(value.buffer, "base64") : value));
  try {
    return { answer: (await client[method](...given)) ?? null };
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
