/**
 * The records on the wire.
 *
 * Made from `schemas/json` by `npm run types`: change those, not this.
 */

export interface Records {
  PlaybackEvent: PlaybackEvent;
  Intent: Intent;
  SessionCommand: SessionCommand;
  PlaylistUpdate: PlaylistUpdate;
}
/**
 * One act on one track (P57-P64), on `playback-events`.
 */
export interface PlaybackEvent {
  action:
    "started" | "progressed" | "skipped" | "completed" | "liked" | "disliked" | "removed" | "moved";
  /**
   * Who put the track on: a skip of one's own choice says less about the algorithm's taste.
   */
  chosen_by?: "listener" | "algorithm";
  /**
   * Length of the whole track.
   */
  duration_seconds?: number | null;
  /**
   * Unique per event; a second event with the same id is a duplicate and changes nothing.
   */
  event_id: string;
  /**
   * For `moved`: the place in the queue it was taken from, 1 is next.
   */
  from_rank?: number | null;
  listener_id: string;
  /**
   * Who of those that share the session acted; absent where only one listens.
   */
  member?: string | null;
  /**
   * Event time, set by the player when it happened, not when it was sent.
   */
  occurred_at: string;
  /**
   * How far into the track the listener was, where the act has a place in it.
   */
  position_seconds?: number | null;
  schema_version?: 1;
  session_id: string;
  /**
   * For `moved`: the place it was put.
   */
  to_rank?: number | null;
  track_id: string;
}
/**
 * Words typed, spoken or chosen, on `intents` (P69-P71).
 */
export interface Intent {
  /**
   * How sure the recogniser is of a transcript; 1 for what was typed.
   */
  confidence?: number;
  /**
   * Unique per event; a second event with the same id is a duplicate and changes nothing.
   */
  event_id: string;
  /**
   * Of the words; one that nobody wrote a grammar for is read as English.
   */
  language?: string;
  listener_id: string;
  /**
   * Who of those that share the session acted; absent where only one listens.
   */
  member?: string | null;
  /**
   * Event time, set by the player when it happened, not when it was sent.
   */
  occurred_at: string;
  schema_version?: 1;
  session_id: string;
  source?: "typed" | "spoken" | "chip" | "compass";
  text: string;
}
/**
 * Start, end, correct or forget a session, or arrange its queue, on `session-commands`.
 *
 * `erase` concerns all sessions of the listener, whichever it is sent with: whatever occurred at
 * its time or before is removed, and only an `Erasure` is left of it.
 */
export interface SessionCommand {
  command: "start" | "end" | "undo" | "forget" | "erase" | "enqueue" | "lock" | "unlock" | "shown";
  /**
   * Unique per event; a second event with the same id is a duplicate and changes nothing.
   */
  event_id: string;
  /**
   * For `shown`: so many from the front are prefetched, and stay where they are.
   */
  frozen?: number;
  listener_id: string;
  /**
   * Who of those that share the session acted; absent where only one listens.
   */
  member?: string | null;
  /**
   * For `start`: whose taste the session tells of.
   */
  mode?: "normal" | "guest" | "kids" | "focus";
  /**
   * Event time, set by the player when it happened, not when it was sent.
   */
  occurred_at: string;
  /**
   * For `start`: the initial playlist, best first (P55). For `enqueue`: what the listener puts
   * into the queue. For `shown`: what the player displays of the queue, next first.
   *
   * @maxItems 500
   */
  playlist?: string[];
  /**
   * For `lock`: the place the track keeps, 1 is next; for `enqueue`: of the first track.
   */
  rank?: number | null;
  rules?: QueueRules;
  schema_version?: 1;
  session_id: string;
  /**
   * For `undo`: the event whose row is to be taken out of the session.
   */
  target_event_id?: string | null;
  /**
   * For `lock` and `unlock`: the track.
   */
  track_id?: string | null;
}
/**
 * For `start`: what the queue must keep to.
 */
export interface QueueRules {
  /**
   * @maxItems 20
   */
  boosts?: Boost[];
  /**
   * No track that meets one of these; never relaxed.
   *
   * @maxItems 20
   */
  exclude?: TrackFilter[];
  /**
   * Only tracks that meet all of these; relaxed last, when nothing else is left to relax.
   *
   * @maxItems 20
   */
  include?: TrackFilter[];
}
/**
 * Log-odds for every track that meets a condition: a promotion, or its opposite.
 */
export interface Boost {
  log_odds: number;
  where: TrackFilter;
}
/**
 * A condition on one field of a track. What the track does not tell is not met.
 */
export interface TrackFilter {
  /**
   * For text: one of these, upper and lower case being equal.
   *
   * @maxItems 100
   */
  any_of?: string[];
  /**
   * For numbers: the least that passes; years, beats a minute, seconds.
   */
  at_least?: number | null;
  at_most?: number | null;
  field:
    ("track_id" | "title" | "artist" | "album" | "genre") | ("year" | "bpm" | "duration_seconds");
}
/**
 * The unplayed queue after an event or a burst of them, best first, on `playlist-updates`.
 */
export interface PlaylistUpdate {
  /**
   * Events that waited together with `caused_by` and are answered by this update as well.
   */
  burst?: string[];
  /**
   * The event that was folded in last.
   */
  caused_by: string;
  causes?: Cause[];
  /**
   * The newest input of each topic that the worker had read: whatever of the session lies there
   * or before is in this queue, or was rejected.
   */
  covers?: Position[];
  /**
   * The track that plays, as far as the events tell.
   */
  current?: string | null;
  /**
   * What was not as it should be when the queue was ranked; it recovers by itself.
   */
  degraded?: ("library-stale" | "words-waiting" | "events-waiting")[];
  /**
   * The linear part of what ranked, for ranking on the device; None where several listeners'
   * models rank together, or where none is told.
   */
  device?: DeviceModel | null;
  /**
   * Where nothing is left to play: the rule that took the last candidate.
   */
  empty_because?: string | null;
  listener_id: string;
  /**
   * What ranked: nothing learned yet, nearest neighbours, the hand-over, the classifier, or a
   * model beyond it.
   */
  model: "order" | "nearest" | "blend" | "logistic" | "mlp" | "sequence";
  /**
   * Event time of that event.
   */
  occurred_at: string;
  /**
   * For an `undo` or a `forget`.
   */
  receipt?: Receipt | null;
  /**
   * Wishes and rules that would have emptied the queue and therefore gave way, first the first
   * that did.
   */
  relaxed?: string[];
  /**
   * Of two updates of a session the larger revision is the newer: `SessionState.revision`.
   */
  revision: number;
  schema_version?: 1;
  session_id: string;
  slots: Slot[];
  /**
   * Wishes that were understood in another space than the one that ranks now, and have no effect
   * in it: whoever still wants them says them again.
   */
  unheard?: string[];
}
/**
 * Something that moved tracks: an event of the session, or a standing term of the score.
 */
export interface Cause {
  event_id?: string | null;
  /**
   * `order` is the initial playlist's own order, `taste` the listener's long-term model, `boost`
   * a rule of the product, `depth` what a model beyond the linear one adds, `chance` exploration;
   * `rest` sums what is too small to name.
   */
  kind: "playback" | "words" | "order" | "taste" | "boost" | "depth" | "chance" | "rest";
  /**
   * Whose model it belongs to, in a shared session.
   */
  member?: string | null;
  sentence: string;
}
/**
 * A place in an input topic.
 */
export interface Position {
  offset: number;
  partition: number;
  topic: string;
}
/**
 * The linear part of a session's model: what a player needs to rank before the answer comes.
 *
 * A slot's score is `weights . vector + bias + rest`, where rest is whatever else speaks for the
 * track: the playlist's order, boosts, neighbours. A player that holds the tracks' vectors takes
 * rest from the score once, moves the weights as the next act will, and ranks by the new sum.
 */
export interface DeviceModel {
  /**
   * Added to every track's score; 0 for a model without an intercept.
   */
  bias: number;
  /**
   * Precision of the prior that holds the weights: an act moves them by its weight over this.
   */
  l2: number;
  /**
   * (d,) little-endian float32 in base64: 512 bytes in a space of 128 dimensions.
   */
  weights: string;
}
/**
 * Proof of what an `undo` or a `forget` took out of a session.
 */
export interface Receipt {
  /**
   * The same of what is left: equal to that of a session that never saw the events.
   */
  after: string;
  /**
   * SHA-256 of the events in force before, in their order.
   */
  before: string;
  /**
   * Ids of the events that no longer count.
   */
  removed: string[];
}
/**
 * One place in the queue.
 */
export interface Slot {
  lane?: "listener" | "playlist" | "mined";
  /**
   * Whether the listener, or what the player prefetched, keeps it in its place.
   */
  locked?: boolean;
  /**
   * Chance that exploration puts this track here, given the slots before; 1 without it.
   */
  probability?: number;
  /**
   * (index into the update's causes, contribution to the score), strongest first.
   */
  reasons?: [number, number][];
  /**
   * Log-odds that the track fits the session now; the sum of its reasons.
   */
  score: number;
  track_id: string;
}
