/** The switches: one choice for each thing that the platform's documents leave open. */

import { setSwitch } from "./api.js";
import { h, keyed } from "./dom.js";
import { menu } from "./menu.js";

export function switchMenu(store, fail) {
  const list = h("div", { class: "switches" });
  const part = menu({
    label: "Switches",
    iconName: "sliders",
    title: "What the platform does where its documents leave it open",
    content: list,
    test: "switches",
    wide: true,
  });

  function update(state) {
    const names = Object.keys(state.switch_options);
    keyed(list, names, (name) => `${state.epoch} ${name}`, (name) => switchRow(name, store, fail));
    const changed = names.filter((name) => state.switches[name] !== state.switch_options[name].options[0]);
    part.setLabel(changed.length ? `Switches: ${changed.length} changed` : "Switches");
    part.mark(changed.length > 0);
  }

  return { node: part.node, update, open: () => part.show(true) };
}

function switchRow(name, store, fail) {
  const { options, about } = store.state.switch_options[name];
  const values = options ?? [];
  const select = h(
    "select",
    { "data-test": `switch-${name}`, change: choose },
    ...values.map((value) => h("option", { value: JSON.stringify(value) }, wordsOf(value))),
  );

  async function choose() {
    try {
      await setSwitch(name, JSON.parse(select.value));
    } catch (error) {
      select.value = JSON.stringify(store.state.switches[name]);
      fail(error);
    }
  }

  const node = h("label", { class: "switch" }, h("span", { class: "switch-name" }, wordsOf(name)), select, about && h("small", {}, about));
  return { node, update: () => (select.value = JSON.stringify(store.state.switches[name])) };
}

function wordsOf(value) {
  if (value === true) return "yes";
  if (value === false) return "no";
  return String(value).replaceAll("_", " ");
}
