/** What a person can send: words, a thumb, a picture, a place, the Page's menu. */

import { block, edit, followLink, say, sendAttachment, tapButton } from "./api.js";
import { safeUrl } from "./attachments.js";
import { composer } from "./composer.js";
import { popup } from "./popup.js";
import { pictureChoices } from "./samples.js";

const HARBOUR = { type: "location", latitude: 53.5461, longitude: 9.9661, title: "Harbour" };

export function phoneComposer({ psid, name }, store, { sent }) {
  const tell = (error) => box.say(error.message);
  const isBlocked = () => Boolean(store.state.threads.get(psid)?.unavailable);
  const send = (attachment) => sendAttachment(psid, attachment).then(sent).catch(tell);
  const more = popup({
    iconName: "plus",
    label: `More that ${name} can send`,
    test: "person-more",
    items: () => [
      ...pictureChoices(send, "send"),
      { iconName: "pin", words: "Where I am", test: "send-location", act: () => send(HARBOUR) },
      { iconName: "close", words: isBlocked() ? "Let the Page write again" : "Block the Page", test: "send-block", act: () => block(psid, !isBlocked()).catch(tell) },
      { iconName: "link", words: "Come by an m.me link", test: "send-link", act: () => followLink(psid, "autumn_sale").catch(tell) },
    ],
  });
  const menu = popup({
    iconName: "menu",
    label: "The Page's menu",
    test: "page-menu",
    items: () => menuItems(store.state.page.profile).map((item) => ({ words: item.title, test: "menu-item", act: () => useItem(item) })),
  });
  const box = composer({
    label: `Write as ${name}`,
    inputTest: "person-input",
    sendTest: "person-send",
    placeholder: "Aa",
    send: (text, about) => (about?.kind === "edit" ? edit(psid, about.mid, text) : say(psid, text, about?.mid)).then(sent),
    before: [menu.node, more.node],
    instead: { iconName: "thumb", label: "Send a thumbs up", test: "send-thumb", act: () => send({ type: "sticker" }) },
  });

  function useItem(item) {
    if (item.type !== "web_url") tapButton(psid, item).then(sent).catch(tell);
    else if (safeUrl(item.url)) window.open(item.url, "_blank", "noopener,noreferrer");
    else box.say(`${item.title} is not opened: ${item.url} is no web page`);
  }

  return {
    ...box,
    tell,
    /** The Messenger profile says what there is beside the box. */
    update: ({ page }) => (menu.node.hidden = menuItems(page.profile).length === 0),
  };
}

/** Entries of the persistent menu, for everyone. */
function menuItems(profile) {
  const menus = profile?.persistent_menu ?? [];
  const menu = menus.find(({ locale }) => locale === "default") ?? menus[0];
  return menu?.call_to_actions ?? [];
}
