/** Who listens, and to which session: found again after a reload, shared by tabs. */

import { keep, keyOf, recall } from "../core/memory.js";
import { shuffled } from "../core/chance.js";

export const IDENTITY_KEY = keyOf("session");
/** Changes in the storage when another tab begins a session. */

const FIRST = 30;
/** Tracks of a first playlist. */

/** {listenerId, sessionId, playlist, mode} of the session that goes on; null for a first visit. */
export function remembered() {
  return recall("session", null);
}

export function remember(identity) {
  keep("session", identity);
}

/** A neutral offer to begin from (P99): tracks from everywhere, no artist twice where it can be. */
export async function firstPlaylist(tracks, seed) {
  const ids = shuffled(tracks.ids, seed).slice(0, 3 * FIRST);
  await tracks.need(ids);
  const met = new Set();
  const [fresh, again] = [[], []];
  for (const id of ids) {
    const { artist } = tracks.info(id);
    (artist && met.has(artist) ? again : fresh).push(id);
    met.add(artist);
  }
  return [...fresh, ...again].slice(0, FIRST);
}
