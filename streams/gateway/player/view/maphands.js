/** The map under the hand: which track the pointer or the arrows mean. */

import { HEIGHT, WIDTH } from "./mapsize.js";

const REACH = 44;
/** Units around the pointer in which a track is meant. */

/** Let the pointer pick the track that is nearest to it, and a click take it. */
export function connectMapPointer(drawing, points, { pick, take }) {
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

/** Let the arrows go to the nearest track that way, and Enter take it. */
export function connectMapKeys(drawing, points, { pick, take, at }) {
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
