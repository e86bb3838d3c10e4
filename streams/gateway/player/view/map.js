/**
 * The map: the catalogue in the plane, with the way the session took, what comes next, and words.
 *
 * By pointer: hover names a track, a click queues it. By keyboard: arrows go to the nearest track
 * that way, Enter queues it. In words, for who does not see it: a table below.
 */

import { byId, el, svg } from "../core/dom.js";
import { distinct } from "../core/format.js";
import { announce } from "./announce.js";
import { atlasOf } from "./atlas.js";

const WIDTH = 1000;
const HEIGHT = innerWidth < 640 ? 1000 : 620;
const MARGIN = 44;
const NUMBERED = 5;
/** Tracks of the queue whose rank is written. */
const REACH = 44;
/** Units around the pointer in which a track is meant. */
const LEADING = 6;
/** Words of the compass shown each way, where there is room. */

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
  connectPointer(drawing, points, { pick, take });
  connectKeys(drawing, points, { pick, take, at });
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

/** Words where they lie, the leading ones of the compass first; none over another. */
function wordsOf(compass, words) {
  const names = (list) => new Set(distinct(list.map(({ word }) => word)).slice(0, LEADING));
  const toward = names(compass.filter(({ strength }) => strength > 0));
  const away = names(compass.filter(({ strength }) => strength < 0).reverse());
  const kindOf = ({ word }) => (toward.has(word) ? 0 : away.has(word) ? 1 : 2);
  // Of the others those at the edge first: they tell the map's directions apart.
  const middle = ({ x, y }) => -Math.hypot((x - WIDTH / 2) / WIDTH, (y - HEIGHT / 2) / HEIGHT);
  const order = [...words].sort(
    (one, other) => kindOf(one) - kindOf(other) || middle(one) - middle(other),
  );
  const size =
    innerWidth < 640 ? { letter: 9.5, line: 46, others: 7 } : { letter: 5.5, line: 30, others: 18 };
  const taken = [];
  const shown = [];
  for (const place of order) {
    const kind = kindOf(place);
    if (kind === 2 && shown.length >= toward.size + away.size + size.others) break;
    const half = place.word.length * size.letter + 8;
    const box = { x: Math.max(half, Math.min(WIDTH - half, place.x)), y: place.y, half };
    const gap = kind === 2 ? 1.5 : 1;
    if (
      taken.some(
        (other) =>
          Math.abs(other.x - box.x) < gap * (other.half + half) &&
          Math.abs(other.y - box.y) < gap * size.line,
      )
    )
      continue;
    taken.push(box);
    const name = ["word toward", "word away", "word"][kind];
    shown.push(
      svg(
        "text",
        { class: name, x: box.x, y: box.y + 6 },
        kind === 1 ? `− ${place.word}` : place.word,
      ),
    );
  }
  return shown;
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

function connectPointer(drawing, points, { pick, take }) {
  const meant = ({ clientX, clientY }) => {
    const { left, top, width } = drawing.getBoundingClientRect();
    const scale = WIDTH / width;
    const [x, y] = [(clientX - left) * scale, (clientY - top) * scale];
    return nearest(points, ({ x: px, y: py }) => {
      const distance = Math.hypot(px - x, py - y);
      return distance < Math.max(REACH, 22 * scale) ? distance : Infinity;
    });
  };
  drawing.addEventListener("pointermove", (event) => pick(meant(event)));
  drawing.addEventListener("pointerleave", () => pick(null));
  drawing.addEventListener("click", (event) => {
    const trackId = meant(event);
    if (trackId !== null) take(trackId);
  });
}

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function connectKeys(drawing, points, { pick, take, at }) {
  const here = () =>
    points.has(at())
      ? at()
      : nearest(points, ({ x, y }) => Math.hypot(x - WIDTH / 2, y - HEIGHT / 2));
  drawing.addEventListener("focus", () => {
    if (drawing.matches(":focus-visible")) pick(here(), { aloud: true });
  });
  drawing.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      take(here());
      return;
    }
    const way = WAYS[event.key];
    if (!way) return;
    event.preventDefault();
    const from = points.get(here());
    const to = nearest(points, ({ x, y }) => {
      const along = (x - from.x) * way[0] + (y - from.y) * way[1];
      const aside = Math.abs((x - from.x) * way[1] + (y - from.y) * way[0]);
      return along > 2 ? along + 2 * aside : Infinity;
    });
    if (to !== null) pick(to, { aloud: true });
  });
}

/** Id of the point for which `cost` is least; null where it is infinite for all. */
function nearest(points, cost) {
  let [best, least] = [null, Infinity];
  for (const [id, point] of points) {
    const value = cost(point);
    if (value < least) [best, least] = [id, value];
  }
  return best;
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
