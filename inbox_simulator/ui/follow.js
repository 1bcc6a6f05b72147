/** Scrolling that follows new lines, unless the reader has scrolled up. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const NEAR_END = 48;

export function followEnd(scroller, label) {
  let atEnd = true;
  const pill = h("button", { class: "newer", type: "button", hidden: true, click: toEnd }, icon("arrowDown"), label);

  function toEnd() {
    atEnd = true;
    scroller.scrollTop = scroller.scrollHeight;
    pill.hidden = true;
  }

  scroller.addEventListener("scroll", () => {
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
    if (atEnd) pill.hidden = true;
  });
  new ResizeObserver(() => atEnd && toEnd()).observe(scroller);

  return {
    pill,
    toEnd,
    isAtEnd: () => atEnd,
    /** Stay here, for somebody who reads one line: until the reader scrolls to the end again. */
    hold: () => (atEnd = false),
    /** Call after lines were added or have grown. */
    settle(added) {
      if (atEnd) toEnd();
      else if (added) pill.hidden = false;
    },
  };
}
