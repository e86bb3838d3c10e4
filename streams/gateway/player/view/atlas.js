/** The map in words: a table of where the session was, is and goes, by the words near to it. */

import { el } from "../core/dom.js";
import { listed } from "../core/format.js";

const MOST_PAST = 5;
const MOST_NEXT = 10;
const NEAR = 2;

/** Return a table of the tracks that matter on the map. */
export function atlasOf({ past, current, queue }, tracks) {
  const heard = past.filter((id) => id !== current).slice(-MOST_PAST);
  const rows = [
    ...heard.map((id) => row("Heard", id, tracks)),
    ...(current ? [row("Playing", current, tracks)] : []),
    ...queue.slice(0, MOST_NEXT).map((id, at) => row(`Next ${at + 1}`, id, tracks)),
  ];
  const heads = ["When", "Track", "Lies near"].map((name) => el("th", { scope: "col" }, name));
  return el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
}

function row(when, id, tracks) {
  const { x, y } = tracks.place(id);
  const near = tracks.words
    .map((place) => ({ word: place.word, distance: Math.hypot(place.x - x, place.y - y) }))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, NEAR)
    .map(({ word }) => word);
  return el(
    "tr",
    {},
    el("td", {}, when),
    el("td", {}, tracks.title(id)),
    el("td", {}, listed(near)),
  );
}
