/** Pictures, files and templates of a message, as Messenger draws them. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const THUMB = "369239263222822";

/** Elements for a message's attachments, then for the buttons under its text. */
export function attachmentViews(message, onTap) {
  const views = (message.attachments ?? []).flatMap((attachment) => attachmentView(attachment, onTap));
  const drawn = (message.attachments ?? []).some(({ type }) => type === "template");
  const buttons = drawn ? [] : (message.buttons ?? []);
  return buttons.length ? [...views, buttonList(buttons, onTap)] : views;
}

function attachmentView(attachment, onTap) {
  const payload = attachment.payload ?? attachment;
  if (attachment.type === "template") return templateViews(payload, onTap);
  const url = safeUrl(payload.url ?? attachment.url);
  if (attachment.type === "sticker" || payload.sticker_id) return [sticker(payload.sticker_id)];
  if (payload.coordinates || /maps/.test(url ?? "")) return [place(url, payload.title ?? attachment.title)];
  if (attachment.type === "image") return [url ? picture(url, "Picture") : placeholder("A picture")];
  if (attachment.type === "fallback") return [url ? link(url, payload.title ?? url) : placeholder(payload?.title ?? "A shared post")];
  const word = { audio: "A sound", video: "A video", file: "A file" }[attachment.type] ?? `(${attachment.type})`;
  return [url ? link(url, word) : placeholder(word)];
}

/** Meta's own pictures are not here; the thumb, which is most of them, is drawn. */
function sticker(number) {
  if (String(number) === THUMB) return h("span", { class: "sticker", role: "img", "aria-label": "Thumbs up" }, icon("thumb"));
  return placeholder(`Sticker ${number ?? ""}`);
}

function place(url, title) {
  const words = [icon("pin"), h("strong", {}, title ?? "A place")];
  return url ? h("a", { class: "place-card", href: url, target: "_blank", rel: "noopener noreferrer" }, ...words) : h("span", { class: "place-card" }, ...words);
}

function templateViews({ template_type: kind, text, elements, buttons, ...rest }, onTap) {
  const shown = kind === "receipt" ? [sumOf(rest), ...(elements ?? [])] : (elements ?? []);
  const cards = shown.map((element) => card(element, onTap));
  return [
    text && h("p", { class: "text" }, text),
    cards.length ? h("div", { class: "cards", tabindex: cards.length > 1 ? "0" : null }, ...cards) : null,
    buttons?.length ? buttonList(buttons, onTap) : null,
  ];
}

/** The first card of a receipt. */
function sumOf({ order_number: order, summary, currency }) {
  return { title: `Order ${order}`, subtitle: `${summary.total_cost} ${currency}` };
}

function card({ id, title, subtitle, image_url: image, images, url, buttons }, onTap) {
  const picked = safeUrl(image ?? url);
  return h(
    "div",
    { class: "card" },
    picked && picture(picked, title ?? ""),
    ...(images ?? []).map((each) => picture(safeUrl(each.url), title ?? "")),
    id && h("strong", {}, `Product ${id}`),
    title && h("strong", {}, title),
    subtitle && h("span", { class: "subtitle" }, subtitle),
    buttons?.length ? buttonList(buttons, onTap) : null,
  );
}

function buttonList(buttons, onTap) {
  return h("div", { class: "buttons" }, ...buttons.map((button) => buttonView(button, onTap)));
}

function buttonView(button, onTap) {
  const url = button.type === "web_url" ? safeUrl(button.url) : null;
  if (url) return link(url, button.title);
  if (!onTap || button.type !== "postback") return h("span", { class: "button-like" }, button.title);
  return h("button", { type: "button", "data-test": "template-button", click: () => onTap(button) }, button.title);
}

function link(href, words) {
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, words);
}

/** A picture that can't be loaded (offline, say) leaves its words behind. */
function picture(src, alt) {
  const image = h("img", { src, alt, loading: "lazy" });
  image.addEventListener("error", () => image.replaceWith(placeholder(alt || "A picture")), { once: true });
  return image;
}

function placeholder(words) {
  return h("span", { class: "placeholder" }, words);
}

/** Addresses come from whoever sent the message: only web pages and inline pictures are followed. */
export function safeUrl(address) {
  return /^(https?:|data:image\/)/i.test(address ?? "") ? address : null;
}
