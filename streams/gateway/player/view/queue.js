/** Up Next: the queue as rows that move when it does, and say so. */

import { byId, el } from "../core/dom.js";
import { glide } from "./glide.js";
import { connectDrag } from "./drag.js";
import { rowOf, updateRow } from "./rows.js";

/** Show the queue; `moves` gives by track how far it moved lately. */
export function connectQueue({ listening, tracks, player, does, menu, moves }) {
  const list = byId("queue");
  const rows = new Map();
  const show = () => {
    if (drag.isLifted() || menu.isOpen()) return; // nothing moves under a hand; shown afterwards
    const queue = listening.queue.now;
    const slots = (queue?.slots ?? []).filter(({ track_id }) => track_id !== player.current.now);
    const shifts = moves();
    glide(list, () => {
      placeRows(list, rows, slots);
      for (const [at, slot] of slots.entries()) {
        // What is loaded ahead is held as well, but not by the listener's hand.
        const locked = slot.locked === true && slot.track_id !== player.loaded.now;
        const by = shifts.get(slot.track_id);
        updateRow(rows.get(slot.track_id), { slot, rank: at + 1, tracks, locked, by });
      }
    });
    showRemarks(queue);
    list.setAttribute("aria-busy", String(queue?.guessed ?? false));
  };
  const drag = connectDrag(list, { moved: (id, from, to) => does.move(id, from, to), done: show });
  list.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-does]");
    const trackId = target.closest(".row")?.dataset.track;
    if (!button || !trackId) return;
    const rank = [...list.children].findIndex((row) => row.dataset.track === trackId) + 1;
    const acts = {
      play: () => does.playNow(trackId),
      hold: () => does.hold(trackId, rank, button.getAttribute("aria-pressed") === "false"),
      why: () => does.ask(trackId),
      menu: () => menu.open(button, trackId),
    };
    acts[button.dataset.does]?.();
  });
  menu.onClose(show);
  listening.queue.watch(show);
  tracks.known.watch(show);
  player.current.watch(show);
  player.loaded.watch(show);
  return { refresh: show };
}

/** Put the rows in order, touching only those that are elsewhere: focus stays where it is. */
function placeRows(list, rows, slots) {
  const wanted = new Set(slots.map(({ track_id }) => track_id));
  for (const [id, row] of rows) {
    if (wanted.has(id)) continue;
    passFocus(row);
    row.remove();
    rows.delete(id);
  }
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  for (const [at, { track_id }] of slots.entries()) {
    if (!rows.has(track_id)) rows.set(track_id, rowOf(track_id));
    const row = rows.get(track_id);
    if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
  }
  if (focused && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

/** A row that goes takes nobody's focus with it: the next one has it. */
function passFocus(row) {
  if (!row.contains(document.activeElement)) return;
  const does = document.activeElement.dataset.does;
  const heir = row.nextElementSibling ?? row.previousElementSibling;
  heir?.querySelector(`[data-does=${does}]`)?.focus({ preventScroll: true });
}

const DEGRADED = {
  "library-stale": "New tracks may be missing for the moment.",
  "words-waiting": "What you said is still being understood.",
  "events-waiting": "The queue is a little behind what you do.",
};

/** Tell what gave way, what was not understood, and what is not as it should be. */
function showRemarks(queue) {
  const update = queue?.update;
  const remarks = [
    ...(update?.relaxed ?? []).map(
      (wish) => `Nothing fitted ${wish.replace(/^you said /, "")}, so it gave way.`,
    ),
    ...(update?.unheard ?? []).map((wish) => `${wish}: please say it again.`),
    ...(update?.degraded ?? []).map((kind) => DEGRADED[kind] ?? kind),
  ];
  byId("remarks").replaceChildren(...remarks.map((remark) => el("li", {}, remark)));
  const nothing = byId("nothing");
  nothing.hidden = (queue?.slots.length ?? 0) > 0;
  nothing.textContent = queue === null ? "The queue is on its way." : emptyBecause(update);
}

function emptyBecause({ empty_because: why }) {
  return why ? `Nothing is left to play: ${why}.` : "Nothing is left to play.";
}
