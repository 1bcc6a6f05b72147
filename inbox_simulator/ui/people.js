/** The people's place: who there is, a way to add one, and their phones. */

import { addPerson } from "./api.js";
import { h, keyed, setAttr, setText } from "./dom.js";
import { presentOf } from "./facts.js";
import { icon } from "./icons.js";
import { pageChoice } from "./page-tag.js";
import { phone } from "./phone.js";
import { avatar } from "./speakers.js";

const NAMES = ["Ana", "Ben", "Chidi", "Dilek", "Emil", "Farah", "Goran", "Hana", "Ivo", "Jia", "Kofi", "Lena"];
const LOCALES = [
  ["en_US", "en"],
  ["de_DE", "de"],
];

export function peoplePlace(root, store) {
  const adding = addForm(store, (psid) => {
    showWhenDrawn = psid;
    store.changed();
  });
  const chips = h("div", { class: "chips", role: "group", "aria-label": "Show a phone" });
  const phones = h("div", { class: "phones" });
  const empty = emptyState();
  const title = [h("h2", { id: "people-title" }, "People"), h("small", {}, "Messenger")];
  root.append(h("div", { class: "place-head" }, ...title, adding.node), adding.trouble, chips, empty, phones);
  const views = new Map();
  let showWhenDrawn = null;

  function makePhone(person) {
    const view = phone(person, store);
    views.set(person.psid, view);
    return view;
  }

  function bringIn(psid) {
    views.get(psid)?.node.scrollIntoView({ inline: "center", block: "nearest", behavior: "auto" });
  }

  function show(psid) {
    store.select(psid);
    bringIn(psid);
    views.get(psid).focus();
  }

  let width = 0;
  new ResizeObserver(() => {
    if (phones.clientWidth !== width) bringIn(store.state.selected);
    width = phones.clientWidth;
  }).observe(phones);
  // Where one phone fills the screen, the one that was swiped to is the selected one.
  phones.addEventListener("scrollend", () => {
    const seen = phoneInTheMiddle(phones);
    if (seen && seen.clientWidth > phones.clientWidth / 2) store.select(seen.dataset.psid);
  });

  store.subscribe((state) => {
    adding.update(state);
    empty.hidden = !state.loaded || state.people.length > 0;
    chips.hidden = state.people.length < 2;
    keyed(chips, state.people, ({ psid }) => psid, (person) => chip(person, store, show));
    keyed(phones, state.people, ({ psid }) => psid, makePhone);
    if (!views.get(showWhenDrawn)?.node.isConnected) return;
    show(showWhenDrawn);
    showWhenDrawn = null;
  });

  /** Go to the next person's phone, or to the one before. */
  function next(by) {
    const { people, selected } = store.state;
    const at = people.findIndex(({ psid }) => psid === selected);
    const person = people[Math.min(people.length - 1, Math.max(0, at + by))];
    if (person) show(person.psid);
  }

  return { next, add: adding.submit, bringIn, focusSelected: () => (views.get(store.state.selected) ?? adding).focus() };
}

function phoneInTheMiddle(phones) {
  const { left, width } = phones.getBoundingClientRect();
  const middle = left + width / 2;
  return [...phones.children].find((node) => {
    const box = node.getBoundingClientRect();
    return box.left <= middle && box.right >= middle;
  });
}

function nextName(people) {
  const used = new Set(people.map(({ name }) => name));
  return NAMES.find((name) => !used.has(name)) ?? `Person ${people.length + 1}`;
}

/** One click adds the suggested person; another name may be written first. */
function addForm(store, added) {
  const input = h("input", { class: "name-input", "data-test": "person-name", "aria-label": "Name of the new person (optional)", maxlength: 60, autocomplete: "off" });
  const locale = h("select", { class: "locale", "aria-label": "Language of the new person", title: "The person's language on Messenger", "data-test": "person-locale" }, ...LOCALES.map(([value, words]) => h("option", { value }, words)));
  const page = pageChoice({ label: "The Page that the new person writes to", test: "person-page" });
  const button = h("button", { type: "submit", class: "primary", "data-test": "add-person" }, icon("plus"), "Add person");
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const node = h("form", { class: "add-person", submit: add }, input, page.node, locale, button);

  async function add(event) {
    event.preventDefault();
    button.disabled = true;
    try {
      const { psid } = await addPerson(input.value.trim() || nextName(store.state.people), locale.value, page.node.value);
      input.value = "";
      trouble.hidden = true;
      added(psid);
    } catch (error) {
      trouble.hidden = false;
      setText(trouble, error.message);
    } finally {
      button.disabled = false;
    }
  }

  return { node, trouble, submit: () => node.requestSubmit(), focus: () => input.focus(), update: (state) => {
    setAttr(input, "placeholder", nextName(state.people));
    page.update(state);
  } };
}

function chip({ psid, name }, store, show) {
  const mark = h("span", { class: "mark" });
  const node = h(
    "button",
    { type: "button", class: "chip", click: () => show(psid) },
    avatar({ kind: "person", name }),
    h("span", { class: "chip-name", dir: "auto" }, name),
    mark,
  );
  function update() {
    const thread = store.state.threads.get(psid);
    setAttr(node, "aria-pressed", String(store.state.selected === psid));
    const kind = thread ? presentOf(thread, store.state, store.now()).kind : "idle";
    setAttr(mark, "class", `mark is-${kind}`);
    setAttr(mark, "title", kind);
  }
  return { node, update };
}

function emptyState() {
  return h(
    "div",
    { class: "empty", hidden: true },
    h("span", { class: "empty-art" }, icon("people")),
    h("strong", {}, "Add a person and say hello"),
    h("p", {}, "Each person gets a phone with Messenger on it. The bot answers first; ask it for a human to see the handover."),
  );
}
