/** The composition root: builds every part of the page and connects it. */

import { advanceClock } from "./api.js";
import { announcer } from "./announcer.js";
import { banners } from "./banners.js";
import { connect } from "./connection.js";
import { faultMenu } from "./faults.js";
import { help } from "./help.js";
import { inboxPlace } from "./inbox.js";
import { peoplePlace } from "./people.js";
import { createStore } from "./store.js";
import { storyBar } from "./story-bar.js";
import { followStory } from "./story-follow.js";
import { storyMenu } from "./stories.js";
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
const say = announcer(element("announcer"), store);
const inbox = inboxPlace(element("inbox"), store, say);
const wire = wirePlace(element("wire"), store, { showPerson, connectBot: () => showHelp("own-bot") });
strip(element("strip"), store);

function showPerson(psid) {
  store.select(psid);
  people.bringIn(psid);
}

const stories = storyMenu(store, fail);
const faults = faultMenu(store, fail);
const story = storyBar(element("story"), store, { fail, takeOver: () => at("people", people.focusSelected)(), choose: stories.open });
followStory(store, { inbox, go: places.go, showPhone: people.bringIn });

const at = (place, act) => () => {
  places.go(place);
  act();
};
const pass = (seconds) => () => advanceClock(seconds).catch(fail);
const allKeys = [
  ["p", "play a story; pause it, go on", story.toggle],
  [".", "the story's next step", story.step],
  ["x", "end the story", story.stop],
  ["n", "add a person", at("people", people.add)],
  ["1", "write as the selected person", at("people", people.focusSelected)],
  ["2", "reply as the agent", at("inbox", inbox.focusReply)],
  ["3", "filter the wire", at("wire", wire.focusFilter)],
  ["<", "previous person", at("people", () => people.next(-1))],
  [">", "next person", at("people", () => people.next(1))],
  ["j", "next conversation in the inbox", at("inbox", () => inbox.step(1))],
  ["k", "previous conversation in the inbox", at("inbox", () => inbox.step(-1))],
  ["m", "move the open conversation to Main", at("inbox", inbox.take)],
  ["d", "mark the open conversation as done", at("inbox", inbox.done)],
  ["[", "show the folder Main", at("inbox", () => inbox.choose("main"))],
  ["]", "show the folder Done", at("inbox", () => inbox.choose("done"))],
  ["+", "let one minute pass", pass(60)],
  ["h", "let one hour pass", pass(3600)],
  ["y", "let a day pass", pass(86_400)],
  ["f", "let something go wrong", faults.open],
  ["s", "the switches", () => bar.openSwitches()],
  ["t", "light or dark", toggleTheme],
  ["Esc", "close the chosen line of the wire", wire.close],
];
const showHelp = help(allKeys);
const bar = topbar(element("topbar"), store, { stories, faults, showHelp, fail });
connect(store);
// Waiting times and the strip's right end grow by themselves.
setInterval(() => store.state.loaded && store.changed(), SECOND);
