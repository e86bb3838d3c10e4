// Built from clients/typescript by `npm run vendor`: change it there.
/** Events -> gateway: each until it is accepted, in order, whatever the network does. */
import { Backoff, pause } from "./backoff.js";
import { isPassing, Refused } from "./http.js";
import { Outbox } from "./outbox.js";
/** Events that a request takes at most. */
const MOST = 500;
/** Delivers what is put into it, one request at a time. */
export class Sender {
    #gateway;
    #options;
    #outbox;
    #waiters = new Map();
    #backoff;
    #closed = false;
    #nap = new AbortController();
    #running = null;
    #most = MOST;
    constructor(gateway, options = {}) {
        this.#gateway = gateway;
        this.#options = options;
        this.#outbox = new Outbox(options.capacity, options.storage);
        this.#backoff = new Backoff(options.backoff);
        globalThis.addEventListener?.("online", this.#wake);
        if (this.#outbox.size > 0)
            this.#run();
    }
    /** How many events are not accepted yet. */
    get waiting() {
        return this.#outbox.size;
    }
    /**
     * Take an event and deliver it after those before it.
     *
     * The promise resolves when the gateway has accepted the event and rejects with `Refused` where
     * it never will. Nothing happens to the event where nobody waits for the promise.
     *
     * @throws OutboxFull at once, where there is no room
     */
    send(entry) {
        this.#outbox.put(entry);
        const accepted = new Promise((resolve, reject) => {
            this.#waiters.set(entry.event.event_id, { resolve, reject });
        });
        accepted.catch(() => { }); // `onRefused` tells those who do not wait
        this.#run();
        return accepted;
    }
    /** Resolves when nothing waits any more. */
    async flush() {
        while (this.waiting > 0 && !this.#closed)
            await this.#run();
    }
    /** Stop; what waits stays in the storage for the next page or process. */
    close() {
        this.#closed = true;
        this.#wake();
        globalThis.removeEventListener?.("online", this.#wake);
    }
    #wake = () => this.#nap.abort();
    #run() {
        this.#running ??= this.#deliverAll();
        return this.#running;
    }
    async #deliverAll() {
        await null; // lets a burst of `send` gather
        try {
            while (this.#outbox.size > 0 && !this.#closed) {
                const batch = this.#outbox.next(this.#most);
                try {
                    this.#settle(batch, await this.#post(batch));
                }
                catch (error) {
                    await this.#rest(error);
                }
            }
        }
        finally {
            // Not in a `then`: whoever sends before that ran would wait for a run that has ended.
            this.#running = null;
        }
    }
    /** Send a batch; gives what became of each event, or throws what passes. */
    async #post(batch) {
        const [first] = batch;
        if (first === undefined)
            return [];
        const path = first.path;
        const events = batch.map((entry) => entry.event);
        const json = path === "/v1/events" ? { events } : first.event;
        const signal = AbortSignal.timeout(this.#options.timeoutMs ?? 30_000);
        // The last act on a page outlives it; browsers take only small bodies on such terms.
        const keepalive = batch.length === 1;
        try {
            const init = { method: "POST", json, signal, keepalive };
            const response = await this.#gateway.request(this.#gateway.address(path), init);
            const body = await response.json();
            return outcomesIn(body, batch.length) ?? batch.map(() => ({ accepted: true }));
        }
        catch (error) {
            if (!(error instanceof Refused) || error.isPassing || error.status === 401)
                throw error;
            const told = outcomesIn(error.problem, batch.length);
            if (told !== null)
                return told;
            if (batch.length === 1)
                return [{ accepted: false, problem: error.problem }];
            this.#most = 1; // one of them is at fault: each for itself, until one is refused
            return [];
        }
    }
    #settle(batch, outcomes) {
        let isBusy = false;
        for (const [index, outcome] of outcomes.entries()) {
            const entry = batch[index];
            if (entry === undefined)
                break;
            const id = entry.event.event_id;
            if (outcome.accepted) {
                this.#outbox.remove(id);
                this.#waiters.get(id)?.resolve();
            }
            else if (isPassing(outcome.problem.status)) {
                isBusy = true;
                continue;
            }
            else {
                const refused = new Refused(outcome.problem);
                this.#outbox.remove(id);
                this.#waiters.get(id)?.reject(refused);
                this.#options.onRefused?.(entry, refused);
                this.#most = MOST;
            }
            this.#waiters.delete(id);
        }
        if (isBusy)
            throw new Error("the gateway could not take all of the events yet");
        this.#backoff.reset();
    }
    async #rest(error) {
        if (this.#closed)
            return;
        this.#options.onTrouble?.(error);
        this.#nap = new AbortController();
        const asked = error instanceof Refused ? error.retryAfterMs : 0;
        await pause(this.#backoff.next(asked), this.#nap.signal);
    }
}
/** What became of each event, where the answer tells. */
function outcomesIn(body, count) {
    const results = body?.results;
    return Array.isArray(results) && results.length === count ? results : null;
}
