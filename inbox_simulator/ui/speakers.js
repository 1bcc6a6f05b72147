/** Who speaks: kind (which picks colour and shape), name, letter and picture. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** `person`, `bot` (the default app), `human` (an agent) or `other` (any other app). */
export function speakerOf(message, thread, state) {
  if (message.author === "person") return { kind: "person", name: thread.name };
  if (message.author === "agent") return { kind: "human", name: message.name ?? "An agent" };
  const speaker = appSpeaker(message.app_id, state, message.name);
  const { name, profile_picture_url: picture } = message.persona ?? {};
  return name ? { ...speaker, name, picture } : speaker;
}

export function appSpeaker(appId, state, name) {
  const kind = appId === state.app_id ? "bot" : appId === state.inbox_app_id ? "human" : "other";
  return { kind, name: name ?? appName(appId, state) };
}

export function appName(appId, state) {
  if (appId === state.inbox_app_id) return "Page Inbox";
  return state.apps.find((app) => app.app_id === appId)?.name ?? `app ${appId}`;
}

const SHAPES = { bot: "bot", page: "shop" };

/** A picture told apart without colour: letters in circles for people, icons in squares for machines. */
export function avatar({ kind, name, picture }) {
  const inner = SHAPES[kind] && !picture ? icon(SHAPES[kind]) : initial(name);
  const node = h("span", { class: `avatar is-${kind}`, "aria-hidden": "true" }, inner);
  if (/^(https?:|data:image\/)/i.test(picture ?? "")) node.append(portrait(picture));
  return node;
}

/** A persona's picture; where it can't be loaded the letter behind it stays. */
function portrait(src) {
  const image = h("img", { src, alt: "" });
  image.addEventListener("error", () => image.remove(), { once: true });
  return image;
}

function initial(name) {
  return [...(name || "?").trim()][0]?.toUpperCase() ?? "?";
}
