// Built from clients/typescript by `npm run vendor`: change it there.
/** A client of the gateway, and the sessions that it opens. */
import { follow } from "./follow.js";
import { Gateway } from "./http.js";
import { Sender } from "./send.js";
/** A gateway, spoken to; one per page or process. */
export class Client {
    gateway;
    sender;
    constructor(options = {}) {
        this.gateway = new Gateway(options);
        this.sender = new Sender(this.gateway, options);
    }
    /** Start a session; without a `listener_id`, an anonymous listener's. */
    async start(wanted = {}) {
        const made = await this.call("POST", "/v1/sessions", { json: wanted });
        const session = new Session(this, made.listener_id, made.session_id);
        return Object.assign(session, { token: made.token ?? null, startedBy: made.event_id });
    }
    /** A session that was started before. */
    session(listenerId, sessionId) {
        return new Session(this, listenerId, sessionId);
    }
    /** Ask anything of the gateway; gives the answer's JSON, throws Refused. */
    async call(method, path, { query, json } = {}) {
        const response = await this.gateway.request(this.gateway.address(path, query), { method, json });
        return response.json();
    }
    /** Stop sending; what waits stays in the storage. */
    close() {
        this.sender.close();
    }
}
/** One session of one listener. */
export class Session {
    client;
    listenerId;
    sessionId;
    constructor(client, listenerId, sessionId) {
        this.client = client;
        this.listenerId = listenerId;
        this.sessionId = sessionId;
    }
    /** Send an act on a track: "skipped", "liked", ...; throws OutboxFull. */
    act(action, trackId, fields = {}) {
        const event = { ...this.#identity(), action, track_id: trackId, ...fields };
        return { event, accepted: this.client.sender.send({ path: "/v1/events", event }) };
    }
    /** Send a command: "lock", "enqueue", "undo", ...; throws OutboxFull. */
    command(command, fields = {}) {
        const event = { ...this.#identity(), command, ...fields };
        return { event, accepted: this.client.sender.send({ path: "/v1/events", event }) };
    }
    /** Send words, typed or spoken; throws OutboxFull. */
    say(text, fields = {}) {
        const event = { ...this.#identity(), text, ...fields };
        return { event, accepted: this.client.sender.send({ path: "/v1/intents", event }) };
    }
    /** Take an event back; throws OutboxFull. */
    undo(eventId) {
        return this.command("undo", { target_event_id: eventId });
    }
    /** The newest queue; with `after`, the one that reflects an event, where it comes in time. */
    queue(options = {}) {
        const query = { ...this.#who, ...options };
        return this.client.call("GET", this.#path("queue"), { query });
    }
    /** The queue, whenever it changes; ends by the signal. */
    follow(options = {}) {
        const { gateway } = this.client;
        return follow(gateway, gateway.address(this.#path("updates"), this.#who), options);
    }
    /** The words that the session leans toward, strongest first. */
    async compass() {
        const told = await this.client.call("GET", this.#path("compass"), {
            query: this.#who,
        });
        return told.words;
    }
    /** Lean the session toward words, or away from them; gives the id of the event. */
    async steer(edit) {
        const made = await this.client.call("PATCH", this.#path("compass"), {
            query: this.#who,
            json: { ...edit, event_id: newId() },
        });
        return made.event_id;
    }
    get #who() {
        return { listener: this.listenerId };
    }
    #path(what) {
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
export function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
