/** Which words the map shows, and where: none over another. */

import { svg } from "../core/dom.js";
import { distinct } from "../core/format.js";
import { HEIGHT, WIDTH } from "./mapsize.js";

const LEADING = 6;
/** Words of the compass shown each way, where there is room. */

/** Words where they lie, the leading ones of the compass first; none over another. */
export function wordsOf(compass, words) {
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
