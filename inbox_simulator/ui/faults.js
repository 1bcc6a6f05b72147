/** Things that go wrong on purpose, ready to be switched on. */

import { setFaults } from "./api.js";
import { h, keyed, setText } from "./dom.js";
import { menu } from "./menu.js";

const READY = [
  ["Webhooks come twice", "The same bytes with the same mid. Nobody may be answered twice.", { on: "webhook", do: "duplicate" }],
  ["Webhooks overtake each other", "Every second one is held until the next of its conversation is through.", { on: "webhook", do: "reorder", probability: 0.5, seconds: 3 }],
  ["The bot's server is down", "Webhooks fail with 503 and are sent again until it is back.", { on: "webhook", do: "error", error: { status: 503 } }],
  ["The bot's 200 gets lost", "Half of the webhooks arrive, and Messenger sends them again all the same.", { on: "webhook", do: "drop_response", probability: 0.5 }],
  ["Graph is slow", "Each call takes three seconds longer: time for an agent to step in.", { on: "graph", do: "delay", seconds: 3 }],
  ["Graph's answers get lost", "Half of the messages reach the person, and the bot can't know.", { on: "graph", do: "drop_response", match: { edge: "messages" }, probability: 0.5 }],
  ["Control can't be passed", "pass_thread_control is refused for good.", { on: "graph", do: "error", match: { edge: "pass_thread_control" }, error: { status: 400, code: 100, message: "(#100) Incorrect app id" } }],
  ["Control can't be taken", "take_thread_control is refused, as where the Page's toggle is off.", { on: "graph", do: "error", match: { edge: "take_thread_control" }, error: { status: 400, code: 10, message: "(#10) Application does not have permission for this action" } }],
  ["Too many calls", "Half of the calls get 613: wait, then try again.", { on: "graph", do: "error", probability: 0.5, error: { status: 400, code: 613, message: "(#613) Calls to this api have exceeded the rate limit." } }],
  ["The token has expired", "Every call gets 190. Nothing may be lost until there is a new one.", { on: "graph", do: "error", error: { status: 400, code: 190, message: "Error validating access token: the session has expired." } }],
];

export function faultMenu(store, fail) {
  const list = h("div", { class: "faults" });
  const others = h("p", { class: "others", hidden: true });
  const off = h("button", { type: "button", class: "quiet", "data-test": "faults-off", click: () => setFaults([]).catch(fail) }, "All off");
  const part = menu({
    label: "Faults: none",
    iconName: "bolt",
    title: "What networks do, on purpose and as long as you like.",
    content: h("div", {}, list, others, off),
    test: "faults",
    wide: true,
  });
  const rows = READY.map(([name, about, rule], index) => ({ name, about, rule, index }));

  function update({ faults }) {
    const rules = faults?.rules ?? [];
    keyed(list, rows, ({ index }) => index, (row) => faultRow(row, store, fail));
    const unknown = rules.filter((rule) => !rows.some((row) => isSame(row.rule, rule))).length;
    others.hidden = unknown === 0;
    setText(others, unknown ? `And ${unknown} from outside this menu.` : "");
    off.disabled = rules.length === 0;
    part.setLabel(rules.length ? `Faults: ${rules.length}` : "Faults: none");
    part.mark(rules.length > 0);
  }

  return { node: part.node, update, open: () => part.show(true) };
}

function faultRow({ name, about, rule, index }, store, fail) {
  const box = h("input", { type: "checkbox", "data-test": `fault-${index}`, change: choose });

  async function choose() {
    const rest = store.state.faults.rules.filter((other) => !isSame(rule, other));
    try {
      await setFaults(box.checked ? [...rest, rule] : rest);
    } catch (error) {
      box.checked = !box.checked;
      fail(error);
    }
  }

  return {
    node: h("label", { class: "check" }, box, h("span", {}, name, h("small", {}, about))),
    update: () => (box.checked = store.state.faults.rules.some((other) => isSame(rule, other))),
  };
}

/** A rule comes back with all its defaults; what it does, where and with which code tells it apart. */
function isSame(ready, { on, do: does, match, error, probability, times }) {
  return (
    ready.on === on &&
    ready.do === does &&
    (ready.match?.edge ?? "") === (match?.edge ?? "") &&
    (ready.error?.code ?? 0) === (error?.code ?? 0) &&
    (ready.probability ?? 1) === (probability ?? 1) &&
    (times ?? null) === null
  );
}
