/** Envelopes -> queue: the one rule by which every follower of a session comes to the same queue. */

import type { PlaylistUpdate, Slot } from "./records.js";

/** A whole update. */
export interface FullEnvelope {
  kind: "full";
  /** `<revision>-<n>`: which of the session's updates it is. */
  id: string;
  revision: number;
  update: PlaylistUpdate;
}

/** What has changed since the update with the id `base`. */
export interface DeltaEnvelope {
  kind: "delta";
  id: string;
  revision: number;
  base: string;
  slots: {
    /** The track ids of the new queue, next first; what is not among them is gone. */
    order: string[];
    /** Slots that are new, or differ in more than their place. */
    changed: Slot[];
  };
  update: Omit<PlaylistUpdate, "slots">;
}

export type Envelope = FullEnvelope | DeltaEnvelope;

/** What a follower holds of a session. */
export interface Queue {
  readonly id: string;
  readonly revision: number;
  readonly update: PlaylistUpdate;
}

/** Something was missed: only a full envelope helps. */
export class Gap {
  constructor(readonly why: string) {}
}

/**
 * Apply an envelope to what is held.
 *
 * Gives the queue after it; `held` itself where the envelope is no newer; a `Gap` where it builds
 * on something else than what is held.
 */
export function apply(held: Queue | null, envelope: Envelope): Queue | Gap {
  if (held !== null && !isNewer(envelope.id, held.id)) return held;
  const { id, revision } = envelope;
  if (envelope.kind === "full") return { id, revision, update: envelope.update };
  if (held?.id !== envelope.base) {
    return new Gap(`${id} builds on ${envelope.base}, but ${held?.id ?? "nothing"} is held`);
  }
  const known = new Map(held.update.slots.map((slot) => [slot.track_id, slot]));
  for (const slot of envelope.slots.changed) known.set(slot.track_id, slot);
  const slots: Slot[] = [];
  for (const trackId of envelope.slots.order) {
    const slot = known.get(trackId);
    if (slot === undefined) return new Gap(`${id} names ${trackId}, of which no slot is held`);
    slots.push(slot);
  }
  return { id, revision, update: { ...envelope.update, slots } };
}

/** Say whether one id is of a later update than another: by revision, then by count. */
export function isNewer(id: string, other: string): boolean {
  const [revision, count] = parts(id);
  const [otherRevision, otherCount] = parts(other);
  return revision === otherRevision ? count > otherCount : revision > otherRevision;
}

/** Read what came as JSON; null for kinds of message that this version does not know. */
export function envelopeOf(data: string): Envelope | Gap | null {
  let message: unknown;
  try {
    message = JSON.parse(data);
  } catch {
    return new Gap("what came is no JSON");
  }
  if (!isObject(message)) return new Gap("what came is no object");
  if (message["kind"] !== "full" && message["kind"] !== "delta") return null;
  return isEnvelope(message) ? message : new Gap("an envelope lacks what it must have");
}

/** Say whether an update is the answer to an event. */
export function answers(update: PlaylistUpdate, eventId: string): boolean {
  return update.caused_by === eventId || (update.burst ?? []).includes(eventId);
}

function parts(id: string): [number, number] {
  const [revision = "", count = ""] = id.split("-");
  return [Number(revision), Number(count)];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEnvelope(message: Record<string, unknown>): message is Record<string, unknown> & Envelope {
  const { id, revision, update, kind, base, slots } = message;
  if (typeof id !== "string" || !/^\d+-\d+$/.test(id)) return false;
  if (typeof revision !== "number" || !isObject(update)) return false;
  if (kind === "full") return isSlots(update["slots"]);
  return (
    typeof base === "string" &&
    isObject(slots) &&
    isSlots(slots["changed"]) &&
    Array.isArray(slots["order"]) &&
    slots["order"].every((trackId) => typeof trackId === "string")
  );
}

function isSlots(value: unknown): value is Slot[] {
  return (
    Array.isArray(value) &&
    value.every((slot) => isObject(slot) && typeof slot["track_id"] === "string")
  );
}
