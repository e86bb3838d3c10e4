/** The same chance for the same text: art and first playlists can be drawn again. */

/** Return a function that gives numbers in [0, 1), the same sequence for the same text. */
export function chanceOf(text) {
  let state = 0x811c9dc5; // FNV-1a, then mulberry32
  for (let at = 0; at < text.length; at++)
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Return the things in an order that the text decides. */
export function shuffled(things, text) {
  const chance = chanceOf(text);
  return things
    .map((thing) => ({ thing, key: chance() }))
    .sort((one, other) => one.key - other.key)
    .map(({ thing }) => thing);
}
