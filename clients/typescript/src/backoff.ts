/** How long to wait before the next try. */

export interface BackoffOptions {
  /** Milliseconds that the first wait is at most; each further one at most twice as much. */
  firstMs?: number;
  /** Milliseconds that any wait is at most. */
  mostMs?: number;
  /** Draws from [0, 1); for tests. */
  random?: () => number;
}

/** Waits that double from try to try, each drawn anew so that clients do not come back as one. */
export class Backoff {
  #firstMs: number;
  readonly #mostMs: number;
  readonly #random: () => number;
  #tries = 0;

  constructor({ firstMs = 500, mostMs = 30_000, random = Math.random }: BackoffOptions = {}) {
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
    this.#random = random;
  }

  /** The next wait; never shorter than what the server asked for. */
  next(askedMs = 0): number {
    const ceiling = Math.min(this.#mostMs, this.#firstMs * 2 ** this.#tries);
    this.#tries += 1;
    return Math.max(askedMs, ceiling * (0.5 + this.#random() / 2));
  }

  /** Begin anew: something worked. */
  reset(): void {
    this.#tries = 0;
  }

  /** Set what the first wait is at most. */
  startAt(firstMs: number): void {
    this.#firstMs = firstMs;
  }
}

/** Milliseconds that a `Retry-After` header asks for: seconds or a date; 0 where there is none. */
export function retryAfterMs(header: string | null, now: number = Date.now()): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000;
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}

/** Wait; ends early, without an error, when the signal aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
}
