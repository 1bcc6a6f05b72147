/** The bar on top: what this is, the simulated clock, the switches, the theme. */

import { advanceClock } from "./api.js";
import { fill, h, setAttr, setText } from "./dom.js";
import { clockTime, dayOf } from "./format.js";
import { icon } from "./icons.js";
import { switchMenu } from "./switches.js";
import { isDark, toggleTheme, whenThemeChanges } from "./theme.js";

const STEPS = [
  ["+1 min", 60],
  ["+1 h", 3600],
  ["+24 h", 86400],
];

export function topbar(root, store, { stories, faults, showHelp, fail }) {
  const day = h("span", { class: "clock-day" });
  const time = h("span", {});
  const apps = h("div", { class: "apps" });
  const switches = switchMenu(store, fail);
  const theme = h("button", { type: "button", class: "icon-button", "data-test": "theme", click: toggleTheme });
  root.append(
    brand(),
    stories.node,
    apps,
    clockBox(day, time, fail),
    faults.node,
    switches.node,
    h("button", { type: "button", class: "icon-button", "data-test": "help", "aria-label": "Help", title: "Help (?)", click: () => showHelp() }, icon("help")),
    theme,
  );

  function drawTheme() {
    fill(theme, icon(isDark() ? "sun" : "moon"));
    setAttr(theme, "aria-label", isDark() ? "Use light colours" : "Use dark colours");
    setAttr(theme, "title", isDark() ? "Use light colours (t)" : "Use dark colours (t)");
  }
  drawTheme();
  whenThemeChanges(drawTheme);

  store.subscribe((state) => {
    const now = store.now();
    setText(day, state.loaded ? dayOf(now) : "");
    setText(time, state.loaded ? clockTime(now) : "…");
    switches.update(state);
    faults.update(state);
    drawApps(apps, state);
  });
  return { openSwitches: switches.open };
}

function clockBox(day, time, fail) {
  const steps = STEPS.map(([words, seconds]) =>
    h("button", { type: "button", class: "step", "data-test": `clock-${seconds}`, title: `Let ${words.slice(1)} pass`, click: () => advanceClock(seconds).catch(fail) }, words),
  );
  return h(
    "div",
    { class: "clock", role: "group", "aria-label": "The simulated clock" },
    icon("clock"),
    h("time", { class: "clock-time", "data-test": "clock" }, day, " ", time),
    ...steps,
  );
}

function brand() {
  const mark = h("img", { src: "/_simulator/ui/icon.svg", alt: "", width: 30, height: 30 });
  return h("div", { class: "brand" }, mark, h("h1", {}, "Messenger Handover"), h("small", {}, "simulator"));
}

const STATUS = {
  connected: "connected",
  unreachable: "unreachable",
  unverified: "not connected yet",
};

let drawnApps = "";

function drawApps(node, state) {
  const others = state.apps.filter(({ app_id: id }) => id !== state.inbox_app_id);
  const signature = JSON.stringify([others, state.switches.routing]);
  if (signature === drawnApps) return;
  drawnApps = signature;
  fill(node, ...others.map((app) => appMark(app, state.switches.routing)));
}

/** What an app is on this Page, in a sentence. Without Conversation Routing no app is the default. */
function roleOf(isDefault, routing) {
  if (routing === "receiver_roles") return isDefault ? "Primary receiver: it gets each new conversation, and alone may take one. " : "Secondary receiver. ";
  return isDefault && routing === "default_app" ? "Default app: it gets each new conversation. " : "";
}

function appMark({ name, status, webhook_url: url, default: isDefault }, routing) {
  const words = STATUS[status] ?? status;
  const title = `${name}: ${words}. ${roleOf(isDefault, routing)}Webhook ${url ?? "none"}`;
  return h("span", { class: "app-mark", "data-status": status, title }, h("i"), h("span", { class: "app-name" }, name), h("small", {}, words));
}
