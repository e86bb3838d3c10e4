/**
 * Ranking on the device: what the queue is, or will be, by the weights that an update carries.
 *
 * A slot's score is `weights . vector + bias + rest`; the rest (the playlist's order, boosts,
 * neighbours) is whatever the update's own score leaves. Whoever holds the tracks' vectors can so
 * score a queue under other weights: exactly, when they are the server's next ones; about right,
 * when they are a guess at them.
 */

import type { DeviceModel, PlaybackEvent, PlaylistUpdate, Slot } from "./records.js";

/** Vectors of tracks, as the ranker holds them: centred, of unit length. */
export type Vectors = ReadonlyMap<string, Float32Array>;

/** Read numbers from base64 of little-endian float32. */
export function unpacked(base64: string): Float32Array {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => view.getFloat32(4 * at, true));
}

/** What the linear part says of a track, in log-odds. */
export function linear(device: DeviceModel, vector: Float32Array): number {
  return dot(unpacked(device.weights), vector) + device.bias;
}

/**
 * The slots as they are under another model: the server's next one gives the server's next scores.
 *
 * Locked slots keep their places. What the rules of the queue cost a track (an artist's cap, say)
 * goes on costing it: under the same model the order stays as it is. A track without a vector
 * keeps its score.
 */
export function rescored(update: PlaylistUpdate, vectors: Vectors, device: DeviceModel): Slot[] {
  if (!update.device) return update.slots;
  const before = unpacked(update.device.weights);
  const after = unpacked(device.weights);
  const change = after.map((weight, at) => weight - (before[at] ?? 0));
  return moved(update.slots, vectors, change, device.bias - update.device.bias);
}

/**
 * The slots as they will probably be once the server has answered an act.
 *
 * One step of the logistic model that ranks there: `w' = w + s x`, with x the track's vector and s
 * where the posterior of one more example has its mode, the present weights being the prior's
 * mean. What was played leaves the queue.
 */
export function anticipated(
  update: PlaylistUpdate,
  vectors: Vectors,
  event: PlaybackEvent,
): Slot[] {
  const left = LEAVING.has(event.action)
    ? update.slots.filter((slot) => slot.track_id !== event.track_id)
    : update.slots;
  const lesson = lessonOf(event);
  const vector = vectors.get(event.track_id);
  if (!update.device || lesson === null || vector === undefined) return left;
  const step = modeStep(linear(update.device, vector), dot(vector, vector), lesson, update.device.l2);
  return moved(left, vectors, vector.map((value) => step * value), 0);
}

/** What an act teaches: whether the track was wanted, and how much that counts. */
export interface Lesson {
  label: 0 | 1;
  weight: number;
}

/** Acts after which a track is in the queue no more. */
const LEAVING = new Set(["started", "progressed", "skipped", "completed", "disliked", "removed"]);

const EARLY = 0.05;
const LISTENED = 0.5;

/** Read an act as the ranker does by default; null where it says nothing about taste. */
export function lessonOf(event: PlaybackEvent): Lesson | null {
  switch (event.action) {
    case "liked":
      return { label: 1, weight: 2 };
    case "disliked":
      return { label: 0, weight: 2 };
    case "completed":
      return { label: 1, weight: 1 };
    case "removed":
      return { label: 0, weight: 1 };
    case "progressed":
      return (heard(event) ?? 0) >= LISTENED ? { label: 1, weight: 0.6 } : null;
    case "moved": {
      const by = (event.from_rank ?? 0) - (event.to_rank ?? 0);
      return by === 0 ? null : { label: by > 0 ? 1 : 0, weight: 0.5 };
    }
    case "skipped":
      return skip(event);
    case "started":
      return null;
  }
}

function skip(event: PlaybackEvent): Lesson {
  const fraction = heard(event);
  if (fraction !== null && fraction >= LISTENED) return { label: 1, weight: 0.3 };
  const lateness = Math.max(0, ((fraction ?? 0) - EARLY) / (LISTENED - EARLY));
  const weight = fraction === null ? 0.5 : 0.6 * (1 - lateness) + 0.12 * lateness;
  return { label: 0, weight: event.chosen_by === "listener" ? weight / 2 : weight };
}

function heard({ position_seconds: at, duration_seconds: of }: PlaybackEvent): number | null {
  return at == null || of == null ? null : Math.min(1, at / of);
}

/**
 * Solve `s = a / l2 (y - sigmoid(m + s q))` for s.
 *
 * The right side falls in s, so the solution lies between 0 and its value at 0: by Newton steps, or
 * by halving that interval where they would leave it or do not get shorter fast.
 *
 * @param margin m, what the model says of the track now
 * @param square q, the squared length of its vector
 */
export function modeStep(margin: number, square: number, lesson: Lesson, l2: number): number {
  const gain = lesson.weight / l2;
  const most = gain * (lesson.label - sigmoid(margin));
  let [low, high] = [Math.min(0, most), Math.max(0, most)];
  let step = 0;
  let before = high - low;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const p = sigmoid(margin + step * square);
    const residual = step - gain * (lesson.label - p);
    if (Math.abs(residual) <= TOLERANCE * gain) break;
    if (residual > 0) high = step;
    else low = step;
    let move = -residual / (1 + gain * square * p * (1 - p));
    if (Math.abs(move) > before / 2 || !(low < step + move && step + move < high)) {
      move = (low + high) / 2 - step;
    }
    step += move;
    before = Math.abs(move);
  }
  return step;
}

function sigmoid(z: number): number {
  return 0.5 * (Math.tanh(0.5 * z) + 1);
}

const MAX_ROUNDS = 100;
const TOLERANCE = 1e-12;

/** Shift the scores by `change . vector + lift` and let the free slots find their places. */
function moved(
  slots: readonly Slot[],
  vectors: Vectors,
  change: Float32Array,
  lift: number,
): Slot[] {
  let ceiling = Infinity;
  const free: { slot: Slot; key: number }[] = [];
  const result = slots.map((slot): Slot | null => {
    const vector = vectors.get(slot.track_id);
    const shift = vector === undefined ? 0 : dot(change, vector) + lift;
    const next = { ...slot, score: slot.score + shift };
    if (slot.locked) return next;
    // A track that stands behind lesser ones was put there by a rule: it is worth its place.
    ceiling = Math.min(ceiling, slot.score);
    free.push({ slot: next, key: ceiling + shift });
    return null;
  });
  free.sort((one, other) => other.key - one.key); // stable: equals stay as they are
  const line = free.values();
  return result.map((slot) => slot ?? (line.next().value as { slot: Slot }).slot);
}

function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}
