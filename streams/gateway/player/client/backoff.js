// Built from clients/typescript by `npm run vendor`: change it there.
/** How long to wait before the next try. */
/** Waits that double from try to try, each drawn anew so that clients do not come back as one. */
export class Backoff {
    #firstMs;
    #mostMs;
    #random;
    #tries = 0;
    constructor({ firstMs = 500, mostMs = 30_000, random = Math.random } = {}) {
        this.#firstMs = firstMs;
        this.#mostMs = mostMs;
        this.#random = random;
    }
    /** The next wait; never shorter than what the server asked for. */
    next(askedMs = 0) {
        const ceiling = Math.min(this.#mostMs, this.#firstMs * 2 ** this.#tries);
        this.#tries += 1;
        return Math.max(askedMs, ceiling * (0.5 + this.#random() / 2));
    }
    /** Begin anew: something worked. */
    reset() {
        this.#tries = 0;
    }
    /** Set what the first wait is at most. */
    startAt(firstMs) {
        this.#firstMs = firstMs;
    }
}
/** Milliseconds that a `Retry-After` header asks for: seconds or a date; 0 where there is none. */
export function retryAfterMs(header, now = Date.now()) {
    if (header === null)
        return 0;
    const seconds = Number(header);
    const ms = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000;
    return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}
/** Wait; ends early, without an error, when the signal aborts. */
export function pause(ms, signal) {
    return new Promise((resolve) => {
        if (signal?.aborted)
            return resolve();
        const end = () => {
            clearTimeout(timer);
            signal?.removeEventListener("abort", end);
            resolve();
        };
        const timer = setTimeout(end, ms);
        signal?.addEventListener("abort", end);
    });
}
