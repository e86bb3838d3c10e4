// Built from clients/typescript by `npm run vendor`: change it there.
/** What was sent and not yet accepted: in order, bounded, and where there is a storage, kept. */
/** No room for another event: the network has been away for too long, or the storage is full. */
export class OutboxFull extends Error {
    waiting;
    name = "OutboxFull";
    constructor(waiting) {
        super(`${waiting} events wait to be sent and there is no room for another`);
        this.waiting = waiting;
    }
}
const PREFIX = "upnext-outbox:";
/**
 * Events that wait, oldest first.
 *
 * Each has a key of its own in the storage, so that tabs which share it cannot overwrite one
 * another's; two that send the same event do no harm, for the gateway knows it by its id.
 */
export class Outbox {
    #entries = new Map();
    #capacity;
    #storage;
    #count = 0;
    constructor(capacity = 1_000, storage) {
        this.#capacity = capacity;
        this.#storage = storage;
        for (const [id, entry] of kept(storage))
            this.#entries.set(id, entry);
    }
    get size() {
        return this.#entries.size;
    }
    /** Add an event at the end; throws OutboxFull. */
    put(entry) {
        if (this.size >= this.#capacity)
            throw new OutboxFull(this.size);
        const id = entry.event.event_id;
        this.#count += 1;
        const place = [Date.now(), this.#count];
        try {
            this.#storage?.setItem(PREFIX + id, JSON.stringify({ place, entry }));
        }
        catch (error) {
            if (!(error instanceof DOMException))
                throw error;
            throw new OutboxFull(this.size); // the browser's quota
        }
        this.#entries.set(id, entry);
    }
    /** The oldest events that can go in one request, at most so many. */
    next(most) {
        const batch = [];
        for (const entry of this.#entries.values()) {
            const goesAlone = entry.path !== "/v1/events";
            if (batch.length === most || (goesAlone && batch.length > 0))
                break;
            batch.push(entry);
            if (goesAlone)
                break;
        }
        return batch;
    }
    /** Take an event out: it was accepted, or refused for good. */
    remove(eventId) {
        this.#entries.delete(eventId);
        this.#storage?.removeItem(PREFIX + eventId);
    }
}
function kept(storage) {
    if (storage === undefined)
        return [];
    const found = [];
    for (let index = 0; index < storage.length; index++) {
        const key = storage.key(index);
        const text = key?.startsWith(PREFIX) ? storage.getItem(key) : null;
        if (text !== null)
            found.push(JSON.parse(text));
    }
    found.sort((one, other) => one.place[0] - other.place[0] || one.place[1] - other.place[1]);
    return found.map(({ entry }) => [entry.event.event_id, entry]);
}
