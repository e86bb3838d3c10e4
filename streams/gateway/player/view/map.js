/**
 * The map: the catalogue in the plane, with the way the session took, what comes next, and words.
 *
 * By pointer: hover names a track, a click queues it. By keyboard: arrows go to the nearest track
 * that way, Enter queues it. In words, for who does not see it: a table below.
 */

import { byId, el, svg } from "../core/dom.js";
import { announce } from "./announce.js";
import { atlasOf } from "./atlas.js";
import { connectMapKeys, connectMapPointer } from "./maphands.js";
import { HEIGHT, WIDTH } from "./mapsize.js";
import { wordsOf } from "./mapwords.js";

const MARGIN = 44;
const NUMBERED = 5;
/** Tracks of the queue whose rank is written. */

/** Show the map whenever its tab is. */
export function connectMap({ listening, tracks, player, words, does }) {
  const panel = byId("panel-map");
  let picked = null;
  let drawn = null;
  const scene = () => ({
    current: player.current.now,
    past: player.past.now,
    queue: (listening.queue.now?.slots ?? []).map(({ track_id }) => track_id),
    compass: words.now ?? [],
  });
  const pick = (trackId, { aloud = false } = {}) => {
    picked = trackId;
    drawn?.mark(trackId);
    if (trackId === null) return;
    tracks.need([trackId]).then(() => {
      if (picked !== trackId) return;
      const line = lineOf(trackId, tracks, scene());
      drawn.caption(line);
      if (aloud) announce(line);
    });
  };
  const show = () => {
    if (panel.hidden) return;
    if (tracks.ids.length === 0) {
      panel.replaceChildren(el("p", { class: "nothing" }, "The map is on its way."));
      return;
    }
    drawn ??= frame(panel, tracks, {
      pick,
      take: (id) => does.enqueue(id),
      at: () => picked ?? player.current.now,
    });
    drawn.draw(scene());
    drawn.mark(picked);
  };
  for (const value of [listening.queue, tracks.known, player.current, words]) value.watch(show);
  return { refresh: show };
}

/** How places become points: the tracks fill the drawing, and words beyond them stand at its edge. */
function scaleOf(tracks) {
  const places = tracks.ids.map((id) => tracks.place(id));
  const along = (name, length, turned) => {
    const values = places.map((place) => place[name]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value) => {
      const share = Math.max(0, Math.min(1, (value - low) / (high - low || 1)));
      return MARGIN + (turned ? 1 - share : share) * (length - 2 * MARGIN);
    };
  };
  const [toX, toY] = [along("x", WIDTH, false), along("y", HEIGHT, true)];
  return ({ x, y }) => ({ x: toX(x), y: toY(y) });
}

/** Make the still parts once; returns what redraws the rest. */
function frame(panel, tracks, { pick, take, at }) {
  const scale = scaleOf(tracks);
  const points = new Map(tracks.ids.map((id) => [id, scale(tracks.place(id))]));
  const stars = new Map([...points].map(([id, { x, y }]) => [id, starOf(id, x, y, tracks)]));
  const layer = svg("g");
  const ring = svg("circle", { class: "there", r: 15, visibility: "hidden" });
  const drawing = svg(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      tabindex: "0",
      role: "application",
      "aria-roledescription": "map of the catalogue",
      "aria-label": "Map of the catalogue. Arrows go from track to track, Enter queues the track.",
    },
    svg("g", {}, ...stars.values()),
    layer,
    ring,
  );
  const caption = el("p", { class: "picked" });
  const inWords = el("details", { class: "inwords" }, el("summary", {}, "The map in words"));
  const table = el("div");
  inWords.append(table);
  panel.replaceChildren(
    el("p", { class: "lead" }, "Tracks that sound alike lie together. Click one to queue it."),
    el("div", { class: "map" }, drawing),
    el("div", { class: "map-caption" }, caption),
    legend(),
    inWords,
  );
  connectMapPointer(drawing, points, { pick, take });
  connectMapKeys(drawing, points, { pick, take, at });
  return {
    draw: (scene) => {
      layer.replaceChildren(
        ...layersOf(
          scene,
          points,
          tracks.words.map((place) => ({ word: place.word, ...scale(place) })),
        ),
      );
      for (const [id, star] of stars) star.setAttribute("class", classOf(id, scene));
      table.replaceChildren(atlasOf(scene, tracks));
    },
    mark: (id) => {
      const point = points.get(id);
      ring.setAttribute("visibility", point ? "visible" : "hidden");
      if (point) placeRing(ring, point);
    },
    caption: (line) => (caption.textContent = line),
  };
}

function placeRing(ring, { x, y }) {
  ring.setAttribute("cx", x);
  ring.setAttribute("cy", y);
}

function starOf(id, x, y, tracks) {
  const star = svg("circle", { class: "star", cx: x, cy: y, r: 6.5, "data-track": id });
  star.style.setProperty(
    "--dot",
    `light-dark(oklch(0.62 0.13 ${tracks.hue(id)}), oklch(0.7 0.12 ${tracks.hue(id)}))`,
  );
  return star;
}

function classOf(id, { past, queue, current }) {
  if (past.includes(id) || id === current) return "star past";
  return queue.slice(0, 2 * NUMBERED).includes(id) ? "star queued" : "star";
}

/** The way so far, where it is, what comes, and the words. */
function layersOf({ past, current, queue, compass }, points, words) {
  const way = [...past.filter((id) => id !== current), current].filter((id) => points.has(id));
  const path = way.map((id) => points.get(id));
  const layers = [];
  if (path.length > 1) layers.push(svg("path", { class: "path", d: curve(path) }));
  if (current && points.has(current)) {
    const { x, y } = points.get(current);
    layers.push(svg("circle", { class: "here", cx: x, cy: y, r: 13 }));
  }
  const ranked = queue.slice(0, NUMBERED).filter((id) => points.has(id));
  const ranks = ranked.map((id, at) => {
    const { x, y } = points.get(id);
    return svg("text", { class: "rank", x, y: y - 13 }, String(at + 1));
  });
  return [...wordsOf(compass, words), ...layers, ...ranks];
}

/** A smooth line through points: Catmull-Rom as Bézier curves. */
function curve(points) {
  const parts = points.slice(1).map((to, at) => {
    const from = points[at];
    const before = points[at - 1] ?? from;
    const after = points[at + 2] ?? to;
    const handle = (here, left, right, sign) =>
      `${here.x + (sign * (right.x - left.x)) / 6} ${here.y + (sign * (right.y - left.y)) / 6}`;
    return `C${handle(from, before, to, 1)} ${handle(to, from, after, -1)} ${to.x} ${to.y}`;
  });
  return `M${points[0].x} ${points[0].y}${parts.join("")}`;
}

function lineOf(trackId, tracks, { queue, current, past }) {
  const { title, artist, genre } = tracks.info(trackId);
  const place = queue.indexOf(trackId);
  const where =
    trackId === current
      ? "playing"
      : place >= 0
        ? `number ${place + 1} in the queue`
        : past.includes(trackId)
          ? "heard"
          : "";
  return [title, artist, genre, where].filter(Boolean).join(" · ");
}

function legend() {
  const entry = (name, text) => el("span", {}, el("i", { class: name }), text);
  return el(
    "p",
    { class: "legend", "aria-hidden": "true" },
    entry("l-past", "heard"),
    entry("l-now", "playing"),
    entry("l-queue", "next, with its number"),
  );
}
