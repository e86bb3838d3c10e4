/** Two orders -> who moved: counted among those in both, for what leaves moves nobody. */

const MOST_NEW = 6;
/** New tracks that are news; where there are more, the whole queue is another. */

/**
 * Return by track how many places it moved, up being positive; "new" for what was not there.
 *
 *     movesBetween(["a", "b", "c"], ["c", "b", "d"])  // c: 1, b: -1, d: "new"
 */
export function movesBetween(before, after) {
  const [were, are] = [new Set(before), new Set(after)];
  const places = new Map(before.filter((id) => are.has(id)).map((id, place) => [id, place]));
  const stayed = after.filter((id) => were.has(id));
  const moves = new Map(stayed.map((id, place) => [id, places.get(id) - place]));
  for (const id of after) if (!were.has(id)) moves.set(id, "new");
  return moves;
}

/** Return those moves that are worth a mark on a row. */
export function marksOf(moves) {
  const news = [...moves.values()].filter((by) => by === "new").length;
  if (news <= MOST_NEW) return moves;
  return new Map([...moves].filter(([, by]) => by !== "new"));
}
