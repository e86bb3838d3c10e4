/** Queues and servers for tests: say what matters, the rest is filled in. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { DeltaEnvelope, FullEnvelope, Queue, Slot } from "../src/index.js";

/** A queue by its tracks, next first. */
export function held(id: string, ...tracks: string[]): Queue {
  const revision = Number(id.split("-")[0]);
  const slots: Slot[] = tracks.map((track_id) => ({ track_id, score: 1 }));
  const update = {
    listener_id: "ann",
    session_id: "s1",
    revision,
    caused_by: `event-${id}`,
    occurred_at: "2026-05-10T12:00:00Z",
    model: "logistic" as const,
    slots,
  };
  return { id, revision, update };
}

export function full({ id, revision, update }: Queue): FullEnvelope {
  return { kind: "full", id, revision, update };
}

export function delta(base: Queue, next: Queue): DeltaEnvelope {
  const { slots, ...update } = next.update;
  const known = new Set(base.update.slots.map((slot) => slot.track_id));
  const changed = slots.filter((slot) => !known.has(slot.track_id));
  const order = slots.map((slot) => slot.track_id);
  const { id, revision } = next;
  return { kind: "delta", id, revision, base: base.id, slots: { order, changed }, update };
}

export function tracksOf(queue: Queue): string[] {
  return queue.update.slots.map((slot) => slot.track_id);
}

export interface Asked {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: any;
}

/** Serve while `use` runs; `answer` is called with each request and how many came before. */
export async function serving(
  answer: (asked: Asked, index: number, response: ServerResponse) => void,
  use: (url: string, requests: Asked[]) => Promise<void>,
): Promise<void> {
  const requests: Asked[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { method = "", url = "", headers } = request;
    const asked = { method, url, headers, body: text === "" ? null : JSON.parse(text) };
    requests.push(asked);
    answer(asked, requests.length - 1, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await use(`http://127.0.0.1:${port}`, requests);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Answer with JSON. */
export function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** Accept each event that was asked to be. */
export function acceptAll(asked: Asked, _index: number, response: ServerResponse): void {
  const events: { event_id: string }[] = asked.body.events ?? [asked.body];
  const results = events.map(({ event_id }) => ({ event_id, accepted: true }));
  reply(response, 202, asked.url === "/v1/events" ? { results } : { event_id: events[0]?.event_id });
}

/** A storage in memory. */
export class MemoryStorage {
  readonly #items = new Map<string, string>();
  get length() {
    return this.#items.size;
  }
  key(index: number) {
    return [...this.#items.keys()][index] ?? null;
  }
  getItem(key: string) {
    return this.#items.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    this.#items.set(key, value);
  }
  removeItem(key: string) {
    this.#items.delete(key);
  }
}

export const QUICK = { firstMs: 1, mostMs: 5 };
