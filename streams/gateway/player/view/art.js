/**
 * Track -> album art: no picture is stored or fetched, each is drawn from what the track is.
 *
 * The colours come from its place on the map, so tracks that sound alike look alike; the motif from
 * its genre, how many of it from its tempo, and the rest from its id. The same track is always
 * drawn the same.
 */

import { svg } from "../core/dom.js";
import { chanceOf } from "../core/chance.js";

const SIZE = 400;

/** Return an <svg> of a track. */
export function artOf(trackId, tracks) {
  const info = tracks.info(trackId);
  const chance = chanceOf(trackId);
  const genre = chanceOf(info.genre ?? trackId);
  const paint = paletteOf(tracks.hue(trackId), chance);
  const pace = Math.max(0, Math.min(1, ((info.bpm ?? 70 + 90 * chance()) - 60) / 120));
  const motif = MOTIFS[Math.floor(genre() * MOTIFS.length)];
  return svg(
    "svg",
    {
      viewBox: `0 0 ${SIZE} ${SIZE}`,
      "aria-hidden": "true",
      preserveAspectRatio: "xMidYMid slice",
    },
    svg("rect", { width: SIZE, height: SIZE, fill: paint.ground }),
    ...motif(chance, paint, pace),
  );
}

/** Five colours that belong together; half of the tracks on a dark ground. */
function paletteOf(hue, chance) {
  const turn = hue + (chance() < 0.5 ? 42 : -42);
  const counter = hue + 165 + 30 * chance();
  const night = chance() < 0.5;
  return {
    ground: night ? oklch(0.27, 0.04, hue) : oklch(0.91, 0.045, hue),
    main: night ? oklch(0.72, 0.14, hue) : oklch(0.6, 0.14, hue),
    near: night ? oklch(0.58, 0.125, turn) : oklch(0.75, 0.12, turn),
    deep: night ? oklch(0.43, 0.075, hue) : oklch(0.4, 0.09, hue),
    light: night ? oklch(0.92, 0.05, turn) : oklch(0.97, 0.025, turn),
    spot: oklch(0.79, 0.135, counter),
  };
}

const oklch = (lightness, chroma, hue) =>
  `oklch(${lightness} ${chroma} ${((hue % 360) + 360) % 360})`;

const between = (chance, low, high) => low + (high - low) * chance();

const MOTIFS = [waves, discs, arcs, tiles, pillars, petals, horizon, rings];

/** Bands of water, one behind the other. */
function waves(chance, paint, pace) {
  const colours = [paint.near, paint.main, paint.deep];
  const turns = 0.8 + 2 * pace;
  const sun = svg("circle", {
    cx: between(chance, 110, 290),
    cy: between(chance, 95, 140),
    r: between(chance, 38, 66),
    fill: paint.spot,
  });
  const bands = colours.map((fill, row) => {
    const phase = 2 * Math.PI * chance();
    const height = between(chance, 16, 38);
    const top = 165 + 75 * row;
    const points = Array.from({ length: 41 }, (_, step) => {
      const y = top + height * Math.sin(phase + (turns * 2 * Math.PI * step) / 40);
      return `${step * 10},${y.toFixed(1)}`;
    });
    return svg("polygon", { points: `0,${SIZE} ${points.join(" ")} ${SIZE},${SIZE}`, fill });
  });
  return [sun, ...bands];
}

/** Discs that overlap, and one that is cut. */
function discs(chance, paint, pace) {
  const count = 2 + Math.round(2 * pace);
  const colours = [paint.main, paint.near, paint.deep, paint.light];
  const all = Array.from({ length: count }, (_, at) =>
    svg("circle", {
      cx: between(chance, 70, 330),
      cy: between(chance, 70, 330),
      r: between(chance, 62, 135) - 8 * at,
      fill: colours[at % colours.length],
      opacity: 0.92,
    }),
  );
  const x = between(chance, 110, 290);
  const y = between(chance, 110, 290);
  const half = svg("path", {
    d: `M${x - 56} ${y}a56 56 0 0 1 112 0Z`,
    fill: paint.spot,
    transform: `rotate(${45 * Math.floor(8 * chance())} ${x} ${y})`,
  });
  return [...all, half];
}

/** Quarters of circles around a corner. */
function arcs(chance, paint, pace) {
  const count = 4 + Math.round(4 * pace);
  const colours = [paint.main, paint.light, paint.near, paint.deep];
  const [x, y] = [
    [0, 0],
    [SIZE, 0],
    [0, SIZE],
    [SIZE, SIZE],
  ][Math.floor(4 * chance())];
  const first = Math.floor(4 * chance());
  const spot = Math.floor(count * chance());
  return Array.from({ length: count }, (_, at) =>
    svg("circle", {
      cx: x,
      cy: y,
      r: 385 * (1 - at / (count + 0.5)),
      fill: at === spot ? paint.spot : colours[(first + at) % colours.length],
    }),
  );
}

/** A floor of quarter discs, each turned its own way. */
function tiles(chance, paint, pace) {
  const count = 3 + Math.round(2 * pace);
  const side = SIZE / count;
  const colours = [paint.main, paint.near, paint.deep, paint.light];
  const spot = Math.floor(count * count * chance());
  return Array.from({ length: count * count }, (_, at) => {
    const [x, y] = [side * (at % count), side * Math.floor(at / count)];
    const fill = at === spot ? paint.spot : colours[Math.floor(4 * chance())];
    const turn = 90 * Math.floor(4 * chance());
    const d = `M${x} ${y}h${side}a${side} ${side} 0 0 1 ${-side} ${side}Z`;
    return svg("path", { d, fill, transform: `rotate(${turn} ${x + side / 2} ${y + side / 2})` });
  });
}

/** Pillars of different heights, as of a meter. */
function pillars(chance, paint, pace) {
  const count = 5 + Math.round(6 * pace);
  const step = 320 / count;
  const width = step * 0.62;
  const spot = Math.floor(count * chance());
  const colours = [paint.main, paint.near, paint.main, paint.deep];
  return Array.from({ length: count }, (_, at) => {
    const height = between(chance, 70, 290);
    return svg("rect", {
      x: 40 + step * at + (step - width) / 2,
      y: 200 - height / 2,
      width,
      height,
      rx: width / 2,
      fill: at === spot ? paint.spot : colours[at % colours.length],
    });
  });
}

/** A flower of ellipses. */
function petals(chance, paint, pace) {
  const count = 5 + Math.round(5 * pace);
  const start = 360 * chance();
  const length = between(chance, 92, 118);
  const all = Array.from({ length: count }, (_, at) =>
    svg("ellipse", {
      cx: 200,
      cy: 200 - length * 0.82,
      rx: (150 / count) * 1.9,
      ry: length,
      fill: at % 2 ? paint.near : paint.main,
      opacity: 0.86,
      transform: `rotate(${start + (360 * at) / count} 200 200)`,
    }),
  );
  return [
    ...all,
    svg("circle", { cx: 200, cy: 200, r: between(chance, 32, 50), fill: paint.spot }),
  ];
}

/** A sun at the edge of lines that grow. */
function horizon(chance, paint, pace) {
  const level = between(chance, 205, 265);
  const count = 5 + Math.round(4 * pace);
  const x = between(chance, 120, 280);
  const sun = svg("circle", { cx: x, cy: level, r: between(chance, 88, 128), fill: paint.spot });
  const sea = svg("rect", { y: level, width: SIZE, height: SIZE, fill: paint.deep });
  const lines = Array.from({ length: count }, (_, at) => {
    const share = at / count;
    const wide = (0.35 + 0.65 * share) * between(chance, 240, 400);
    return svg("rect", {
      x: x - wide / 2,
      y: level + 10 + (SIZE - level) * share,
      width: wide,
      height: 5 + 9 * share,
      rx: 5,
      fill: at % 2 ? paint.near : paint.main,
    });
  });
  return [sun, sea, ...lines];
}

/** Rings with gaps, turned against one another. */
function rings(chance, paint, pace) {
  const count = 4 + Math.round(3 * pace);
  const colours = [paint.main, paint.near, paint.light, paint.deep];
  const all = Array.from({ length: count }, (_, at) => {
    const r = 40 + (140 * (at + 0.5)) / count;
    const around = 2 * Math.PI * r;
    const drawn = between(chance, 0.45, 0.9) * around;
    return svg("circle", {
      cx: 200,
      cy: 200,
      r,
      fill: "none",
      stroke: colours[at % colours.length],
      "stroke-width": (95 / count) * 1.1,
      "stroke-linecap": "round",
      "stroke-dasharray": `${drawn} ${around - drawn}`,
      transform: `rotate(${360 * chance()} 200 200)`,
    });
  });
  return [...all, svg("circle", { cx: 200, cy: 200, r: 26, fill: paint.spot })];
}
