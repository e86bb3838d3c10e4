/** Change -> motion: what moved glides from where it was to where it is (FLIP). */

import { prefersStillness } from "../core/dom.js";

const CALM = { duration: 560, easing: "cubic-bezier(0.22, 0.8, 0.24, 1)" };

/**
 * Make a change to a list and let its rows glide.
 *
 * Rows that stay move, new ones fade in; who asked for little motion sees the end at once.
 */
export function glide(list, change) {
  if (prefersStillness() || list.offsetParent === null) {
    change();
    return;
  }
  const before = new Map([...list.children].map((row) => [row, row.getBoundingClientRect().top]));
  change();
  for (const row of list.children) {
    const top = row.getBoundingClientRect().top;
    const was = before.get(row);
    if (was === undefined && before.size > 0) {
      row.animate(
        [
          { opacity: 0, transform: "translateY(8px)" },
          { opacity: 1, transform: "none" },
        ],
        CALM,
      );
    } else if (was !== undefined && Math.abs(was - top) > 1) {
      row.animate([{ transform: `translateY(${was - top}px)` }, { transform: "none" }], CALM);
    }
  }
}
