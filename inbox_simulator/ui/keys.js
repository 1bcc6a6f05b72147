/** A key for every action, while no text box has the focus. */

/** `actions` is a list of `[key, words, act]`; `isBusy()` says when keys mean something else. */
export function listenForKeys(actions, isBusy) {
  const byKey = new Map(actions.map(([key, , act]) => [key, act]));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isBusy()) return;
    if (isTextBox(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = byKey.get(event.key) ?? (event.key === "Escape" ? byKey.get("Esc") : null);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** A box that is only ticked takes no letters. */
function isTextBox(node) {
  return node.matches?.("input:not([type=checkbox]), textarea, select") ?? false;
}
