/** Events -> gateway: each until it is accepted, in order, whatever the network does. */

import { Backoff, pause, type BackoffOptions } from "./backoff.js";
import { isPassing, Refused, type Gateway, type Problem } from "./http.js";
import { Outbox, type Entry, type KeyValueStorage } from "./outbox.js";

/** Events that a request takes at most. */
const MOST = 500;

export interface SendOptions {
  /** Events that may wait; 1,000. */
  capacity?: number;
  /** Keeps what waits when the page or process ends: `localStorage`. Without it memory alone does. */
  storage?: KeyValueStorage;
  backoff?: BackoffOptions;
  /** Milliseconds that a request may take; 30,000. */
  timeoutMs?: number;
  /** Told of every event that the gateway refused for good. */
  onRefused?: (entry: Entry, refused: Refused) => void;
  /** Told of every try that failed and will be repeated: offline, busy, token expired. */
  onTrouble?: (error: unknown) => void;
}

type Outcome = { accepted: true } | { accepted: false; problem: Problem };
type Waiter = { resolve: () => void; reject: (error: Error) => void };

/** Delivers what is put into it, one request at a time. */
export class Sender {
  readonly #gateway: Gateway;
  readonly #options: SendOptions;
  readonly #outbox: Outbox;
  readonly #waiters = new Map<string, Waiter>();
  readonly #backoff: Backoff;
  #closed = false;
  #nap = new AbortController();
  #running: Promise<void> | null = null;
  #most = MOST;

  constructor(gateway: Gateway, options: SendOptions = {}) {
    this.#gateway = gateway;
    this.#options = options;
    this.#outbox = new Outbox(options.capacity, options.storage);
    this.#backoff = new Backoff(options.backoff);
    globalThis.addEventListener?.("online", this.#wake);
    if (this.#outbox.size > 0) this.#run();
  }

  /** How many events are not accepted yet. */
  get waiting(): number {
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
  send(entry: Entry): Promise<void> {
    this.#outbox.put(entry);
    const accepted = new Promise<void>((resolve, reject) => {
      this.#waiters.set(entry.event.event_id, { resolve, reject });
    });
    accepted.catch(() => {}); // `onRefused` tells those who do not wait
    this.#run();
    return accepted;
  }

  /** Resolves when nothing waits any more. */
  async flush(): Promise<void> {
    while (this.waiting > 0 && !this.#closed) await this.#run();
  }

  /** Stop; what waits stays in the storage for the next page or process. */
  close(): void {
    this.#closed = true;
    this.#wake();
    globalThis.removeEventListener?.("online", this.#wake);
  }

  readonly #wake = (): void => this.#nap.abort();

  #run(): Promise<void> {
    this.#running ??= this.#deliverAll();
    return this.#running;
  }

  async #deliverAll(): Promise<void> {
    await null; // lets a burst of `send` gather
    try {
      while (this.#outbox.size > 0 && !this.#closed) {
        const batch = this.#outbox.next(this.#most);
        try {
          this.#settle(batch, await this.#post(batch));
        } catch (error) {
          await this.#rest(error);
        }
      }
    } finally {
      // Not in a `then`: whoever sends before that ran would wait for a run that has ended.
      this.#running = null;
    }
  }

  /** Send a batch; gives what became of each event, or throws what passes. */
  async #post(batch: Entry[]): Promise<Outcome[]> {
    const [first] = batch;
    if (first === undefined) return [];
    const path = first.path;
    const events = batch.map((entry) => entry.event);
    const json = path === "/v1/events" ? { events } : first.event;
    const signal = AbortSignal.timeout(this.#options.timeoutMs ?? 30_000);
    // The last act on a page outlives it; browsers take only small bodies on such terms.
    const keepalive = batch.length === 1;
    try {
      const init = { method: "POST", json, signal, keepalive };
      const response = await this.#gateway.request(this.#gateway.address(path), init);
      const body: unknown = await response.json();
      return outcomesIn(body, batch.length) ?? batch.map(() => ({ accepted: true }));
    } catch (error) {
      if (!(error instanceof Refused) || error.isPassing || error.status === 401) throw error;
      const told = outcomesIn(error.problem, batch.length);
      if (told !== null) return told;
      if (batch.length === 1) return [{ accepted: false, problem: error.problem }];
      this.#most = 1; // one of them is at fault: each for itself, until one is refused
      return [];
    }
  }

  #settle(batch: Entry[], outcomes: Outcome[]): void {
    let isBusy = false;
    for (const [index, outcome] of outcomes.entries()) {
      const entry = batch[index];
      if (entry === undefined) break;
      const id = entry.event.event_id;
      if (outcome.accepted) {
        this.#outbox.remove(id);
        this.#waiters.get(id)?.resolve();
      } else if (isPassing(outcome.problem.status)) {
        isBusy = true;
        continue;
      } else {
        const refused = new Refused(outcome.problem);
        this.#outbox.remove(id);
        this.#waiters.get(id)?.reject(refused);
        this.#options.onRefused?.(entry, refused);
        this.#most = MOST;
      }
      this.#waiters.delete(id);
    }
    if (isBusy) throw new Error("the gateway could not take all of the events yet");
    this.#backoff.reset();
  }

  async #rest(error: unknown): Promise<void> {
    if (this.#closed) return;
    this.#options.onTrouble?.(error);
    this.#nap = new AbortController();
    const asked = error instanceof Refused ? error.retryAfterMs : 0;
    await pause(this.#backoff.next(asked), this.#nap.signal);
  }
}

/** What became of each event, where the answer tells. */
function outcomesIn(body: unknown, count: number): Outcome[] | null {
  const results = (body as { results?: unknown } | null)?.results;
  return Array.isArray(results) && results.length === count ? results : null;
}
