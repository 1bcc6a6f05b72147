/** Scrolling that follows new lines, unless the reader has scrolled up. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const NEAR_END = 48;

export function followEnd(scroller, label) {
  let atEnd = true;
  let last = { top: 0, height: 0 };
  const pill = h("button", { class: "newer", type: "button", hidden: true, click: toEnd }, icon("arrowDown"), label);

  function toEnd() {
    atEnd = true;
    scroller.scrollTop = scroller.scrollHeight;
    pill.hidden = true;
  }

  scroller.addEventListener("scroll", () => {
    // What grows or shrinks, as when a picture has loaded, takes nobody from the end: only a reader
    // who scrolls up leaves it.
    const { scrollTop: top, scrollHeight: height } = scroller;
    const up = top < last.top && height === last.height;
    last = { top, height };
    if (height - top - scroller.clientHeight < NEAR_END) atEnd = true;
    else if (up) atEnd = false;
    if (atEnd) pill.hidden = true;
  });
  scroller.addEventListener("load", () => atEnd && toEnd(), { capture: true });
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
