// Built from clients/typescript by `npm run vendor`: change it there.
/** Envelopes -> queue: the one rule by which every follower of a session comes to the same queue. */
/** Something was missed: only a full envelope helps. */
export class Gap {
    why;
    constructor(why) {
        this.why = why;
    }
}
/**
 * Apply an envelope to what is held.
 *
 * Gives the queue after it; `held` itself where the envelope is no newer; a `Gap` where it builds
 * on something else than what is held.
 */
export function apply(held, envelope) {
    if (held !== null && !isNewer(envelope.id, held.id))
        return held;
    const { id, revision } = envelope;
    if (envelope.kind === "full")
        return { id, revision, update: envelope.update };
    if (held?.id !== envelope.base) {
        return new Gap(`${id} builds on ${envelope.base}, but ${held?.id ?? "nothing"} is held`);
    }
    const known = new Map(held.update.slots.map((slot) => [slot.track_id, slot]));
    for (const slot of envelope.slots.changed)
        known.set(slot.track_id, slot);
    const slots = [];
    for (const trackId of envelope.slots.order) {
        const slot = known.get(trackId);
        if (slot === undefined)
            return new Gap(`${id} names ${trackId}, of which no slot is held`);
        slots.push(slot);
    }
    return { id, revision, update: { ...envelope.update, slots } };
}
/** Say whether one id is of a later update than another: by revision, then by count. */
export function isNewer(id, other) {
    const [revision, count] = parts(id);
    const [otherRevision, otherCount] = parts(other);
    return revision === otherRevision ? count > otherCount : revision > otherRevision;
}
/** Read what came as JSON; null for kinds of message that this version does not know. */
export function envelopeOf(data) {
    let message;
    try {
        message = JSON.parse(data);
    }
    catch {
        return new Gap("what came is no JSON");
    }
    if (!isObject(message))
        return new Gap("what came is no object");
    if (message["kind"] !== "full" && message["kind"] !== "delta")
        return null;
    return isEnvelope(message) ? message : new Gap("an envelope lacks what it must have");
}
/** Say whether an update is the answer to an event. */
export function answers(update, eventId) {
    return update.caused_by === eventId || (update.burst ?? []).includes(eventId);
}
function parts(id) {
    const [revision = "", count = ""] = id.split("-");
    return [Number(revision), Number(count)];
}
function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
function isEnvelope(message) {
    const { id, revision, update, kind, base, slots } = message;
    if (typeof id !== "string" || !/^\d+-\d+$/.test(id))
        return false;
    if (typeof revision !== "number" || !isObject(update))
        return false;
    if (kind === "full")
        return isSlots(update["slots"]);
    return (typeof base === "string" &&
        isObject(slots) &&
        isSlots(slots["changed"]) &&
        Array.isArray(slots["order"]) &&
        slots["order"].every((trackId) => typeof trackId === "string"));
}
function isSlots(value) {
    return (Array.isArray(value) &&
        value.every((slot) => isObject(slot) && typeof slot["track_id"] === "string"));
}
