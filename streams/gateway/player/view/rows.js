/** One row of the queue: cover, names, lane, lock, and what can be done with it. */

import { el, icon, setIcon } from "../core/dom.js";
import { artOf } from "./art.js";

/** Where a track came from, as a row says it; the playlist's own need no word. */
const LANES = { listener: "Your pick", mined: "found for you" };
const LEAST_SHIFT = 3;
/** Places of a move that is marked; lesser ones can be seen. */

/** Make the row of a track; `update` then keeps it true. */
export function rowOf(trackId) {
  const row = el(
    "li",
    { class: "row", "data-track": trackId },
    el("button", { class: "grip", type: "button", "data-does": "lift" }, icon("handle")),
    el(
      "button",
      { class: "track", type: "button", "data-does": "play" },
      el("span", { class: "cover" }),
      el("span", {}, el("span", { class: "name" }), el("span", { class: "by" })),
    ),
    el("span", { class: "marks" }),
    el("button", { class: "round hold", type: "button", "data-does": "hold" }, icon("lock")),
    el(
      "span",
      { class: "last" },
      el("button", { class: "round ask", type: "button", "data-does": "why" }, icon("why")),
      el(
        "button",
        {
          class: "round",
          type: "button",
          "data-does": "menu",
          "aria-haspopup": "menu",
          "aria-expanded": "false",
        },
        icon("more"),
      ),
    ),
  );
  return row;
}

/** Bring a row up to date; `locked` as the row is to show it, `by` how far it moved. */
export function updateRow(row, { slot, rank, tracks, locked, by }) {
  const info = tracks.info(slot.track_id);
  const drawn = `${info.title}|${info.genre}|${tracks.hue(slot.track_id)}`;
  if (row.dataset.drawn !== drawn) {
    row.dataset.drawn = drawn;
    row.querySelector(".cover").replaceChildren(artOf(slot.track_id, tracks));
    row.querySelector(".name").textContent = info.title;
  }
  showBy(row.querySelector(".by"), info, slot.lane);
  const label = (does, text, title = text) => {
    const button = row.querySelector(`[data-does=${does}]`);
    button.setAttribute("aria-label", text);
    if (does !== "play") button.title = title;
    return button;
  };
  const lane = LANES[slot.lane] ? `, ${LANES[slot.lane].toLowerCase()}` : "";
  label("lift", `Move ${info.title}, place ${rank}`, "Drag, or press Space and the arrows");
  label("play", `Play ${info.title} by ${info.artist ?? "unknown"}, place ${rank}${lane}`);
  label("why", `Why ${info.title}?`, "Why?");
  label("menu", `More for ${info.title}`, "More");
  const hold = label(
    "hold",
    `Keep ${info.title} in its place`,
    locked ? "Let it move again" : "Keep it in its place",
  );
  hold.setAttribute("aria-pressed", String(locked));
  setIcon(hold, locked ? "lock" : "unlocked");
  showShift(row, by);
}

function showBy(by, info, lane) {
  const word = LANES[lane];
  by.replaceChildren(
    info.artist ?? "",
    ...(word ? [" · ", el("span", { class: `lane ${lane}` }, word)] : []),
  );
}

function showShift(row, by) {
  const text =
    by === "new"
      ? "new"
      : Math.abs(by ?? 0) >= LEAST_SHIFT
        ? `${by > 0 ? "↑" : "↓"} ${Math.abs(by)}`
        : "";
  const marks = row.querySelector(".marks");
  if (row.dataset.shift === text) return;
  row.dataset.shift = text;
  const said =
    by === "new" ? "new in the queue" : `moved ${by > 0 ? "up" : "down"} ${Math.abs(by)}`;
  marks.replaceChildren(
    ...(text ? [el("span", { class: by < 0 ? "shift down" : "shift", title: said }, text)] : []),
  );
}
