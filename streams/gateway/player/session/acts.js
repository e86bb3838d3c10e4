/** What the listener did, in words: the list that an undo is chosen from. */

import { keep, recall } from "../core/memory.js";
import { capital } from "../core/format.js";
import { Value } from "../core/value.js";

const MOST = 100;
/** Acts that are remembered, the newest. */

/** How an act is called where several are summed: "2 skips". */
export const NOUNS = {
  skipped: "skip",
  completed: "listen",
  liked: "like",
  disliked: "dislike",
  removed: "“not now”",
  moved: "move",
  never: "“never”",
  steered: "turn of the compass",
  undo: "undo",
};

/** Acts that nobody thinks of as their own: they happen while a track plays. */
const SILENT = new Set(["started", "progressed", "shown", "start", "end", "undo"]);

/** One act: {id, kind, trackId?, text?, at, undone}. */
export class Acts {
  /** Newest first. */
  list;
  #sessionId;
  #title;

  /** `title` names a track by its id. */
  constructor(sessionId, title) {
    this.#sessionId = sessionId;
    this.#title = title;
    this.list = new Value(recall(`acts.${sessionId}`, []));
  }

  add(act) {
    if (this.find(act.id)) return;
    const acts = [{ at: Date.now(), undone: false, ...act }, ...this.list.now];
    acts.sort((one, other) => other.at - one.at);
    this.#set(acts.slice(0, MOST));
  }

  find(id) {
    return this.list.now.find((act) => act.id === id);
  }

  /** Forget an act that never was, or that is part of another. */
  drop(id) {
    this.#set(this.list.now.filter((act) => act.id !== id));
  }

  /** Say whether an act counts: it counts no more once it was undone. */
  mark(id, undone) {
    this.#set(this.list.now.map((act) => (act.id === id ? { ...act, undone } : act)));
  }

  /** Acts that a person would call their own, newest first. */
  get own() {
    return this.list.now.filter((act) => !SILENT.has(act.kind));
  }

  /** The newest act that counts and can be taken back. */
  get newest() {
    return this.own.find((act) => !act.undone);
  }

  /** What was last said of a track: a "liked" or "disliked" act that counts, or nothing. */
  verdict(trackId) {
    return this.own.find(
      (act) =>
        act.trackId === trackId && !act.undone && (act.kind === "liked" || act.kind === "disliked"),
    );
  }

  /** Take in what other tabs and devices did, as `GET /v1/sessions/{id}/events` tells it. */
  merge(events) {
    for (const event of [...events].reverse()) {
      this.add(actOf(event));
    }
    for (const { event_id: id, undone } of events) {
      const act = this.find(id);
      if (act && undone && !act.undone) this.mark(id, true);
    }
  }

  /** An act as a sentence: "Skipped “Amber Clocks” at 4 s". */
  told(act) {
    const title = act.trackId ? `“${this.#title(act.trackId)}”` : "";
    const at = act.position === undefined ? "" : ` at ${Math.round(act.position)} s`;
    switch (act.kind) {
      case "said":
        return `Said “${act.text}”`;
      case "steered":
        return `Compass: ${act.text}`;
      case "skipped":
        return `Skipped ${title}${at}`;
      case "completed":
        return `Listened to ${title}`;
      case "removed":
        return `Not now: ${title}`;
      case "never":
        return act.trackId ? `Never ${title}` : `Never ${act.text}`;
      case "enqueue":
        return `Queued ${title}`;
      case "mode":
        return act.text;
      case "lock":
        return `Locked ${title} in its place`;
      case "unlock":
        return `Let ${title} move again`;
      default:
        return capital(`${act.kind} ${title}`.trim());
    }
  }

  #set(acts) {
    this.list.set(acts);
    keep(`acts.${this.#sessionId}`, acts);
  }
}

/** The act that an event tells of. */
function actOf(event) {
  const act = { id: event.event_id, at: Date.parse(event.occurred_at), trackId: event.track_id };
  if (event.action) return { ...act, kind: event.action, position: event.position_seconds };
  if (event.command === "enqueue") return { ...act, kind: "enqueue", trackId: event.playlist?.[0] };
  if (event.command) return { ...act, kind: event.command };
  return { ...act, kind: event.kind === "compass" ? "steered" : "said", text: event.text };
}
