/** Light up messages in all places: hover or focus a segment, a count, a bubble or a wire row. */

/** A pointer that only passes by should not make the page flicker. */
const LINGER_MS = 90;

let lit = [];
let waiting = 0;

/** `alone` makes everything else step back. */
export function lightUp(mids, { alone = false } = {}) {
  putOut();
  if (!mids.length) return;
  const wanted = new Set(mids);
  for (const node of document.querySelectorAll("[data-mids]")) {
    if (node.dataset.mids.split(" ").some((mid) => wanted.has(mid))) lit.push(node);
  }
  for (const node of lit) node.classList.add("lit");
  document.body.classList.toggle("lighting", alone && lit.length > 0);
}

export function putOut() {
  clearTimeout(waiting);
  for (const node of lit) node.classList.remove("lit");
  lit = [];
  document.body.classList.remove("lighting");
}

/** Make an element light up the messages that `midsOf()` names while it is pointed at or focused. */
export function lights(node, midsOf, options) {
  node.addEventListener("pointerenter", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => lightUp(midsOf(), options), LINGER_MS);
  });
  node.addEventListener("pointerleave", putOut);
  node.addEventListener("focus", () => node.matches(":focus-visible") && lightUp(midsOf(), options));
  node.addEventListener("blur", putOut);
}
