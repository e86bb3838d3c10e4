/**
 * The session as the page sees it: what the listener does goes out, the queue comes in.
 *
 * Every act changes the queue at once, as far as this device can tell; the update that answers it
 * then takes its place. Tabs converge because all follow the same session, whoever acted.
 */

import { anticipated } from "../client/index.js";
import { forgetAll, keep, recall } from "../core/memory.js";
import { Value } from "../core/value.js";
import { Acts } from "./acts.js";
import { Bans } from "./bans.js";
import { firstPlaylist, IDENTITY_KEY, remember, remembered } from "./identity.js";

export class Listening {
  /** {id, revision, update, slots, guessed}: slots are as shown, `guessed` until they are told. */
  queue = new Value(null);
  /** "connecting", "live" or "waiting". */
  status = new Value("connecting");
  /** Events that the gateway does not have yet. */
  waiting = new Value(0);
  /** "normal" or "guest". */
  mode = new Value("normal");
  /** Id of the session that is open; null before there is one. */
  opened = new Value(null);
  /** What was last refused, in words. */
  trouble = new Value(null);
  /** The ids of events that went out from here: what another tab did is not among them. */
  mine = new Set();
  acts;
  #client;
  #tracks;
  #session;
  #identity;
  #bans;
  #stop = new AbortController();

  constructor(client, tracks) {
    this.#client = client;
    this.#tracks = tracks;
  }

  /** Find the session of the last visit, or begin one; throws Refused. */
  async open() {
    const found = remembered();
    if (found) this.#join(found);
    else await this.begin();
    addEventListener("storage", ({ key }) => key === IDENTITY_KEY && this.#followOthers());
  }

  /** Begin a new session of the same listener, or of a new anonymous one; throws Refused. */
  async begin({ listenerId, mode = "normal" } = {}) {
    const playlist = await firstPlaylist(this.#tracks, listenerId ?? String(Date.now()));
    const rules = listenerId ? new Bans(listenerId).rules : {};
    const asked = { ...(listenerId && { listener_id: listenerId }), playlist, mode, rules };
    const session = await this.#client.start(asked);
    if (this.#identity) forgetAll(this.sessionId);
    const identity = {
      listenerId: session.listenerId,
      sessionId: session.sessionId,
      playlist,
      mode,
    };
    remember(identity);
    this.#join(identity);
  }

  get sessionId() {
    return this.#identity.sessionId;
  }

  get listenerId() {
    return this.#identity.listenerId;
  }

  /** Report an act on a track; fields as `PlaybackEvent` has them. */
  act(action, trackId, fields = {}) {
    const sent = this.#session.act(action, trackId, fields);
    const position = fields.position_seconds;
    this.#note(sent, { kind: action, trackId, position });
    this.#guess((now) => anticipated(now, this.#tracks.vectors, sent.event));
    return sent.event.event_id;
  }

  /** Say something; source as `Intent` has it. */
  say(text, fields = {}) {
    return this.#note(this.#session.say(text, fields), { kind: "said", text });
  }

  /** Put a track next; it stays there. */
  enqueue(trackId) {
    const sent = this.#session.command("enqueue", { playlist: [trackId], rank: 1 });
    const slot = { track_id: trackId, score: 0, lane: "listener", locked: true, reasons: [] };
    this.#guess(({ slots }) => [slot, ...slots.filter((other) => other.track_id !== trackId)]);
    this.#tracks.need([trackId]);
    return this.#note(sent, { kind: "enqueue", trackId });
  }

  /** Move a track to a rank, 1 being next, and hold it there: a wish of taste as well (P64). */
  move(trackId, from, to) {
    const sent = this.#session.act("moved", trackId, { from_rank: from, to_rank: to });
    this.#guess(({ slots }) => {
      const held = { ...slots[from - 1], locked: true };
      return slots.toSpliced(from - 1, 1).toSpliced(to - 1, 0, held);
    });
    return this.#note(sent, { kind: "moved", trackId });
  }

  /** Hold a track at its rank, or let it move again. */
  hold(trackId, rank, held) {
    const fields = held ? { track_id: trackId, rank } : { track_id: trackId };
    const sent = this.#session.command(held ? "lock" : "unlock", fields);
    this.#guess(({ slots }) =>
      slots.map((slot) => (slot.track_id === trackId ? { ...slot, locked: held } : slot)),
    );
    return this.#note(sent, { kind: held ? "lock" : "unlock", trackId });
  }

  /** Tell what the queue shows, and how many of the front are loaded and must stay. */
  show(playlist, frozen) {
    this.#note(this.#session.command("shown", { playlist, frozen }), { kind: "shown" });
  }

  /** Never again: this session's rules leave it out, and those of every later one. */
  never(field, value, trackId) {
    this.#bans.add(field, value);
    const of = field === "track_id" ? { trackId } : { text: value };
    const taught = field === "track_id" ? [this.act("disliked", trackId)] : [];
    this.#guess(({ slots }) =>
      slots.filter(({ track_id }) => this.#told(field, track_id) !== value),
    );
    for (const part of taught) this.acts.drop(part);
    return this.#restart({ kind: "never", ...of, ban: { field, value }, also: taught });
  }

  /** Switch guest mode: a guest's session reads the long-term taste and never writes it. */
  setMode(mode) {
    this.#identity = { ...this.#identity, mode };
    remember(this.#identity);
    this.mode.set(mode);
    const text = mode === "guest" ? "Guest mode on" : "Guest mode off";
    return this.#restart({ kind: "mode", text });
  }

  /** The words the session leans toward, and away from; throws Refused. */
  compass() {
    return this.#session.compass();
  }

  /** Lean toward words or away from them; throws Refused. */
  async steer(edit) {
    const id = await this.#session.steer(edit);
    const parts = [
      ...(edit.more ?? []).map((word) => `more ${word}`),
      ...(edit.less ?? []).map((word) => `less ${word}`),
    ];
    this.mine.add(id);
    this.acts.add({ id, kind: "steered", text: parts.join(", ") });
    return id;
  }

  /** Take an act back: the session is as if it had never been. */
  undo(act) {
    this.acts.mark(act.id, true);
    if (act.ban) {
      this.#bans.remove(act.ban.field, act.ban.value);
      this.#restart({ kind: "start" });
      for (const part of act.also) this.#note(this.#session.undo(part), { kind: "undo" });
      return;
    }
    if (act.kind === "mode") {
      this.setMode(this.mode.now === "guest" ? "normal" : "guest");
      return;
    }
    this.#note(this.#session.undo(act.id), { kind: "undo" });
  }

  /** What was done elsewhere in this session, for the list of acts. */
  async catchUp() {
    const path = `/v1/sessions/${encodeURIComponent(this.sessionId)}/events`;
    const query = { listener: this.listenerId };
    const { events } = await this.#client.call("GET", path, { query });
    this.acts.merge(events);
  }

  #join(identity) {
    this.#identity = identity;
    this.#session = this.#client.session(identity.listenerId, identity.sessionId);
    this.#bans = new Bans(identity.listenerId);
    this.acts = new Acts(identity.sessionId, (id) => this.#tracks.title(id));
    this.mode.set(identity.mode);
    this.#stop.abort();
    this.#stop = new AbortController();
    const held = recall(`held.${identity.sessionId}`, null);
    this.opened.set(identity.sessionId);
    if (held) this.#tracks.need(held.update.slots.map(({ track_id }) => track_id));
    this.queue.set(held && shown(held));
    this.#follow(held, this.#stop.signal);
  }

  async #follow(held, signal) {
    const onStatus = (status) => {
      if (!signal.aborted) this.status.set(status);
    };
    try {
      for await (const queue of this.#session.follow({ held, signal, onStatus })) {
        if (signal.aborted) return;
        this.#tracks.need(queue.update.slots.map(({ track_id }) => track_id));
        // Done elsewhere: what it was is asked first, for the line that tells of it.
        if (!this.acts.find(queue.update.caused_by)) await this.catchUp().catch(() => {});
        if (signal.aborted) return;
        this.queue.set(shown(queue));
        keep(`held.${this.sessionId}`, queue);
      }
    } catch (refused) {
      if (signal.aborted) return;
      if (refused.status === 404) await this.#beginForgotten();
      else this.trouble.set(refused);
    }
  }

  /** The gateway has forgotten the session: the listener goes on in another. */
  async #beginForgotten() {
    const identity = { listenerId: this.listenerId, mode: this.mode.now };
    await this.begin(identity).catch((refused) => this.trouble.set(refused));
  }

  /** Another tab has begun a session, or changed this one's mode. */
  #followOthers() {
    const found = remembered();
    if (found === null) return;
    if (found.sessionId !== this.sessionId) this.#join(found);
    this.#identity = found;
    this.mode.set(found.mode);
  }

  /** Show at once what an act will probably do to the queue. */
  #guess(change) {
    const now = this.queue.now;
    if (now === null) return;
    this.queue.set({ ...now, slots: change({ ...now.update, slots: now.slots }), guessed: true });
  }

  /** Start the session once more under its present mode and rules; its playlist stays. */
  #restart(act) {
    const { playlist, mode } = this.#identity;
    const sent = this.#session.command("start", { playlist, mode, rules: this.#bans.rules });
    return this.#note(sent, act);
  }

  #note({ event, accepted }, act) {
    const id = event.event_id;
    this.mine.add(id);
    this.acts.add({ id, ...act });
    this.waiting.set(this.#client.sender.waiting);
    accepted.then(
      () => this.waiting.set(this.#client.sender.waiting),
      (refused) => {
        this.waiting.set(this.#client.sender.waiting);
        this.acts.drop(id);
        this.trouble.set(refused);
      },
    );
    return id;
  }

  #told(field, trackId) {
    return field === "track_id" ? trackId : this.#tracks.info(trackId)[field];
  }
}

const shown = (queue) => ({ ...queue, slots: queue.update.slots, guessed: false });
