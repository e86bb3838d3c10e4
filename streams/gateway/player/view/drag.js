/** Reordering by hand: drag the grip, or lift with Space, move with the arrows, drop with Space. */

import { glide } from "./glide.js";
import { announce } from "./announce.js";

const EDGE = 80;
/** Pixels from the window's edge at which it scrolls along. */
const STRIDE = 14;

/**
 * Let a list's rows be reordered.
 *
 * `moved(trackId, from, to)` hears of each move, ranks from 1; `done()` of the end of every lift.
 */
export function connectDrag(list, { moved, done }) {
  let lift = null;

  const begin = (row) => {
    lift = { row, from: rankOf(row), next: row.nextElementSibling, byKeys: false };
    row.classList.add("lifted");
  };
  const end = (keep) => {
    const { row, from, next, scroll } = lift;
    clearInterval(scroll);
    row.classList.remove("lifted");
    row.style.removeProperty("transform");
    const to = rankOf(row);
    lift = null;
    if (!keep) list.insertBefore(row, next);
    if (keep && to !== from) moved(row.dataset.track, from, to);
    done();
    return to;
  };

  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-does=lift]");
    if (!grip || event.button !== 0) return;
    if (lift) end(true);
    begin(grip.closest(".row"));
    grip.setPointerCapture(event.pointerId);
    lift.grab = event.clientY - lift.row.getBoundingClientRect().top;
    lift.at = event.clientY;
    lift.scroll = setInterval(() => scrollAlong(lift, drag), 16);
  });
  const drag = () => {
    const { row, grab, at } = lift;
    const top = at - grab - list.getBoundingClientRect().top;
    const before = placeFor(list, row, top + row.offsetHeight / 2);
    if (before !== row) glideOthers(list, row, () => list.insertBefore(row, before));
    row.style.transform = `translateY(${top - row.offsetTop}px)`;
  };
  list.addEventListener("pointermove", (event) => {
    if (!lift || lift.byKeys || lift.grab === undefined) return;
    lift.at = event.clientY;
    drag();
  });
  list.addEventListener("pointerup", () => lift && !lift.byKeys && end(true));
  list.addEventListener("pointercancel", () => lift && !lift.byKeys && end(false));

  list.addEventListener("keydown", (event) => {
    const grip = event.target.closest("[data-does=lift]");
    if (!grip) return;
    const row = grip.closest(".row");
    const name = row.querySelector(".name").textContent;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      if (lift) announce(`${name} dropped at place ${end(true)}, and locked there`);
      else {
        begin(row);
        lift.byKeys = true;
        announce(`${name} lifted. Arrows move it, Space drops it, Escape puts it back.`);
      }
    } else if (lift && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      step(list, row, event.key === "ArrowDown");
      grip.focus();
      announce(`Place ${rankOf(row)} of ${list.children.length}`);
    } else if (lift && event.key === "Escape") {
      event.stopPropagation();
      end(false);
      grip.focus();
      announce(`${name} put back`);
    }
  });
  list.addEventListener("focusout", (event) => {
    // Moving a row in the page takes its focus for a moment; only a real departure drops it.
    if (lift?.byKeys && event.relatedTarget && !lift.row.contains(event.relatedTarget)) end(true);
  });
  return { isLifted: () => lift !== null };
}

const rankOf = (row) => [...row.parentElement.children].indexOf(row) + 1;

/**
 * The row before which a lifted one belongs when its middle is at a height of the list; null for
 * the end, the row itself for where it is. By layout, which gliding rows do not change.
 */
function placeFor(list, row, middle) {
  const rows = [...list.children];
  const place = rows.indexOf(row);
  const centre = (other) => other.offsetTop + other.offsetHeight / 2;
  const above = rows.slice(0, place).find((other) => middle < centre(other));
  const below = rows.slice(place + 1).findLast((other) => middle > centre(other));
  if (above) return above;
  return below ? below.nextElementSibling : row;
}

function step(list, row, down) {
  const other = down ? row.nextElementSibling : row.previousElementSibling;
  if (!other) return;
  glide(list, () => list.insertBefore(row, down ? other.nextElementSibling : other));
  row.scrollIntoView({ block: "nearest" });
}

/** Let the others glide while the lifted row stays under the pointer. */
function glideOthers(list, row, change) {
  glide(list, change);
  for (const animation of row.getAnimations()) animation.cancel();
}

function scrollAlong(lift, drag) {
  const speed = lift.at < EDGE ? -STRIDE : lift.at > innerHeight - EDGE ? STRIDE : 0;
  if (speed === 0) return;
  scrollBy(0, speed);
  drag();
}
