/** A client of the gateway, and the sessions that it opens. */

import { follow, type FollowOptions } from "./follow.js";
import { Gateway, type Connection, type Query } from "./http.js";
import type { ListenerEvent } from "./outbox.js";
import type { Intent, PlaybackEvent, PlaylistUpdate, SessionCommand } from "./records.js";
import { Sender, type SendOptions } from "./send.js";
import type { Queue } from "./queue.js";

/** Without what every event of a session has. */
type Own<Event> = Partial<Omit<Event, "event_id" | "listener_id" | "session_id" | "schema_version">>;

/** An event on its way: the event at once, and a promise for when the gateway has it. */
export interface Sent<Event extends ListenerEvent> {
  event: Event;
  accepted: Promise<void>;
}

/** A word, and how strongly the session leans toward it (> 0) or away from it (< 0). */
export interface Word {
  word: string;
  strength: number;
}

export interface ClientOptions extends Connection, SendOptions {}

/** A gateway, spoken to; one per page or process. */
export class Client {
  readonly gateway: Gateway;
  readonly sender: Sender;

  constructor(options: ClientOptions = {}) {
    this.gateway = new Gateway(options);
    this.sender = new Sender(this.gateway, options);
  }

  /** Start a session; without a `listener_id`, an anonymous listener's. */
  async start(
    wanted: Partial<Pick<SessionCommand, "listener_id" | "session_id" | "playlist" | "mode" | "rules">> = {},
  ): Promise<Session & { readonly token: string | null; readonly startedBy: string }> {
    const made = await this.call<Started>("POST", "/v1/sessions", { json: wanted });
    const session = new Session(this, made.listener_id, made.session_id);
    return Object.assign(session, { token: made.token ?? null, startedBy: made.event_id });
  }

  /** A session that was started before. */
  session(listenerId: string, sessionId: string): Session {
    return new Session(this, listenerId, sessionId);
  }

  /** Ask anything of the gateway; gives the answer's JSON, throws Refused. */
  async call<Answer>(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    { query, json }: { query?: Query; json?: unknown } = {},
  ): Promise<Answer> {
    const response = await this.gateway.request(this.gateway.address(path, query), { method, json });
    return response.json() as Promise<Answer>;
  }

  /** Stop sending; what waits stays in the storage. */
  close(): void {
    this.sender.close();
  }
}

interface Started {
  listener_id: string;
  session_id: string;
  event_id: string;
  token?: string;
}

/** One session of one listener. */
export class Session {
  constructor(
    readonly client: Client,
    readonly listenerId: string,
    readonly sessionId: string,
  ) {}

  /** Send an act on a track: "skipped", "liked", ...; throws OutboxFull. */
  act(
    action: PlaybackEvent["action"],
    trackId: string,
    fields: Own<PlaybackEvent> = {},
  ): Sent<PlaybackEvent> {
    const event = { ...this.#identity(), action, track_id: trackId, ...fields };
    return { event, accepted: this.client.sender.send({ path: "/v1/events", event }) };
  }

  /** Send a command: "lock", "enqueue", "undo", ...; throws OutboxFull. */
  command(
    command: SessionCommand["command"],
    fields: Own<SessionCommand> = {},
  ): Sent<SessionCommand> {
    const event = { ...this.#identity(), command, ...fields };
    return { event, accepted: this.client.sender.send({ path: "/v1/events", event }) };
  }

  /** Send words, typed or spoken; throws OutboxFull. */
  say(text: string, fields: Own<Intent> = {}): Sent<Intent> {
    const event = { ...this.#identity(), text, ...fields };
    return { event, accepted: this.client.sender.send({ path: "/v1/intents", event }) };
  }

  /** Take an event back; throws OutboxFull. */
  undo(eventId: string): Sent<SessionCommand> {
    return this.command("undo", { target_event_id: eventId });
  }

  /** The newest queue; with `after`, the one that reflects an event, where it comes in time. */
  queue(options: { after?: string; timeout?: number } = {}): Promise<PlaylistUpdate> {
    const query = { ...this.#who, ...options };
    return this.client.call("GET", this.#path("queue"), { query });
  }

  /** The queue, whenever it changes; ends by the signal. */
  follow(options: FollowOptions = {}): AsyncGenerator<Queue, void, void> {
    const { gateway } = this.client;
    return follow(gateway, gateway.address(this.#path("updates"), this.#who), options);
  }

  /** The words that the session leans toward, strongest first. */
  async compass(): Promise<Word[]> {
    const told = await this.client.call<{ words: Word[] }>("GET", this.#path("compass"), {
      query: this.#who,
    });
    return told.words;
  }

  /** Lean the session toward words, or away from them; gives the id of the event. */
  async steer(edit: { more?: string[]; less?: string[] }): Promise<string> {
    const made = await this.client.call<{ event_id: string }>("PATCH", this.#path("compass"), {
      query: this.#who,
      json: { ...edit, event_id: newId() },
    });
    return made.event_id;
  }

  get #who() {
    return { listener: this.listenerId };
  }

  #path(what: string): string {
    return `/v1/sessions/${encodeURIComponent(this.sessionId)}/${what}`;
  }

  #identity() {
    return {
      event_id: newId(),
      listener_id: this.listenerId,
      session_id: this.sessionId,
      occurred_at: new Date().toISOString(),
    };
  }
}

/** 128 random bits; `crypto.randomUUID` is only there on pages that came by https. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
