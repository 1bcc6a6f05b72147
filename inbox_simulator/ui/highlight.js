/** Light up messages in all places: hover or focus a segment, a count, a bubble or a wire row. */

let lit = [];

export function lightUp(mids) {
  putOut();
  if (!mids.length) return;
  const wanted = new Set(mids);
  for (const node of document.querySelectorAll("[data-mids]")) {
    if (node.dataset.mids.split(" ").some((mid) => wanted.has(mid))) lit.push(node);
  }
  for (const node of lit) node.classList.add("lit");
  document.body.classList.toggle("lighting", lit.length > 0);
}

export function putOut() {
  for (const node of lit) node.classList.remove("lit");
  lit = [];
  document.body.classList.remove("lighting");
}

/** Make an element light up the messages that `midsOf()` names while it is pointed at or focused. */
export function lights(node, midsOf) {
  node.addEventListener("pointerenter", () => lightUp(midsOf()));
  node.addEventListener("pointerleave", putOut);
  node.addEventListener("focus", () => node.matches(":focus-visible") && lightUp(midsOf()));
  node.addEventListener("blur", putOut);
}
