/** The composition root: builds every part of the page and connects it. */

import { advanceClock } from "./api.js";
import { announcer } from "./announcer.js";
import { banners } from "./banners.js";
import { connect } from "./connection.js";
import { inboxPlace } from "./inbox.js";
import { keys } from "./keys.js";
import { peoplePlace } from "./people.js";
import { createStore } from "./store.js";
import { strip } from "./strip.js";
import { tabs } from "./tabs.js";
import { toggleTheme } from "./theme.js";
import { topbar } from "./topbar.js";
import { wirePlace } from "./wire.js";

const SECOND = 1000;
const element = (id) => document.getElementById(id);

const store = createStore();
const { fail } = banners(element("banners"), store);
const places = tabs(element("tabs"), store);
const people = peoplePlace(element("people"), store);
const inbox = inboxPlace(element("inbox"), store);
const wire = wirePlace(element("wire"), store);
strip(element("strip"), store);
announcer(element("announcer"), store);

const at = (place, act) => () => {
  places.go(place);
  act();
};
const pass = (seconds) => () => advanceClock(seconds).catch(fail);

const showKeys = keys([
  ["n", "add a person", at("people", people.add)],
  ["1", "write as the selected person", at("people", people.focusSelected)],
  ["2", "reply as the agent", at("inbox", inbox.focusReply)],
  ["3", "filter the wire", at("wire", wire.focusFilter)],
  ["j", "next conversation in the inbox", at("inbox", () => inbox.step(1))],
  ["k", "previous conversation in the inbox", at("inbox", () => inbox.step(-1))],
  ["m", "move the open conversation to Main", at("inbox", inbox.take)],
  ["d", "mark the open conversation as done", at("inbox", inbox.done)],
  ["[", "show the folder Main", at("inbox", () => inbox.choose("main"))],
  ["]", "show the folder Done", at("inbox", () => inbox.choose("done"))],
  ["+", "let one minute pass", pass(60)],
  ["h", "let one hour pass", pass(3600)],
  ["t", "light or dark", toggleTheme],
  ["Esc", "close the chosen line of the wire", wire.close],
]);

topbar(element("topbar"), store, { showKeys, fail });
connect(store);
// Waiting times and the strip's right end grow by themselves.
setInterval(() => store.state.loaded && store.changed(), SECOND);
