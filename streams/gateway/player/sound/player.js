/**
 * Sound, and the truth about it: what is heard is reported as it is heard.
 *
 * `started` when a track first sounds, `progressed` at its half and every half minute, `completed`
 * at its end, `skipped` with the second at which it was left. One tab sounds at a time.
 */

import { keep, recall } from "../core/memory.js";
import { Value } from "../core/value.js";

const REPORT_EVERY = 30;
/** Seconds between two reports of a long track. */
const LOAD_AHEAD = 4;
/** Seconds before the end at which the next track is loaded, and so must stay the next. */
const RESTART_AFTER = 3;
/** Seconds into a track after which "previous" means its beginning. */
const SHOWN = 10;

export class Player {
  /** Id of the track in the player; null before the first. */
  current = new Value(null);
  playing = new Value(false);
  /** {at, of} in seconds. */
  position = new Value({ at: 0, of: 0 });
  /** Why there is no sound, in words; null where there is. */
  silence = new Value(null);
  /** Tracks that were heard, oldest first. */
  past = new Value([]);
  /** Id of the track that is loaded ahead; null for none. */
  loaded = new Value(null);
  #audio;
  #ahead = new Audio();
  #listening;
  #tracks;
  #address;
  #started = false;
  #chosenBy = "algorithm";
  #reported = 0;
  #channel = new BroadcastChannel("upnext");

  /** `address` gives where a track's sound is. */
  constructor(audio, { listening, tracks, address }) {
    this.#audio = audio;
    this.#listening = listening;
    this.#tracks = tracks;
    this.#address = address;
    audio.addEventListener("timeupdate", () => this.#passed());
    audio.addEventListener("durationchange", () => this.#tellPosition());
    audio.addEventListener("play", () => this.playing.set(true));
    audio.addEventListener("pause", () => this.playing.set(false));
    audio.addEventListener("ended", () => this.#ended());
    audio.addEventListener("error", () => this.#failed());
    this.#channel.addEventListener("message", () => this.pause());
    addEventListener("pagehide", () => this.#keepPlace());
    listening.queue.watch((queue) => this.#heardElsewhere(queue));
  }

  /** Take up what played when the page was left; silent until somebody presses play. */
  restore() {
    this.past.set(recall(`past.${this.#listening.sessionId}`, []));
    const place = recall(`place.${this.#listening.sessionId}`, null);
    if (place === null) return;
    this.#load(place.trackId, { at: place.at, chosenBy: place.chosenBy });
    this.#started = place.started;
    this.#reported = place.at;
  }

  /** Forget it all: another session begins. */
  clear() {
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.current.set(null);
    this.past.set([]);
    this.#started = false;
  }

  toggle() {
    if (this.playing.now) this.pause();
    else this.play();
  }

  pause() {
    this.#audio.pause();
    this.#keepPlace();
  }

  /** Sound, from where it stands; the queue's first track where there is none yet. */
  async play() {
    if (this.current.now === null && !this.#loadNext()) return;
    try {
      await this.#audio.play();
    } catch (error) {
      if (error.name === "NotAllowedError") this.silence.set("Press play to begin");
      return; // an AbortError: another track was chosen meanwhile; others come as "error"
    }
    this.silence.set(null);
    this.#channel.postMessage("sounding");
    if (!this.#started) this.#report("started", 0);
    this.#started = true;
    this.#keepPlace();
  }

  /** Leave the track for the next one. */
  next() {
    this.#leave();
    if (this.#loadNext()) this.play();
  }

  /** Begin the track again, or go back to the one before. */
  previous() {
    const before = this.past.now.at(-1);
    if (this.#audio.currentTime > RESTART_AFTER || before === undefined) {
      this.seek(0);
      return;
    }
    this.#leave({ remember: false });
    this.past.set(this.past.now.slice(0, -1));
    this.#load(before, { chosenBy: "listener" });
    this.play();
  }

  /** Play a track now: one's own choice. */
  playNow(trackId) {
    this.#leave();
    this.#load(trackId, { chosenBy: "listener" });
    this.play();
  }

  /** Leave the track without a word, for what is said of it says enough. */
  dismiss() {
    const wasPlaying = this.playing.now;
    this.#remember();
    if (this.#loadNext() && wasPlaying) this.play();
  }

  seek(seconds) {
    this.#audio.currentTime = Math.max(0, Math.min(seconds, this.position.now.of || 0));
    this.#tellPosition();
  }

  set volume(level) {
    this.#audio.volume = level;
  }

  set muted(muted) {
    this.#audio.muted = muted;
  }

  /** Report that the track is left, unless it was heard to its end. */
  #leave({ remember = true } = {}) {
    const trackId = this.current.now;
    if (trackId === null) return;
    this.#report("skipped", this.#audio.currentTime);
    if (remember && this.#started) this.#remember();
  }

  #remember() {
    const trackId = this.current.now;
    if (trackId === null) return;
    this.past.set([...this.past.now.filter((other) => other !== trackId), trackId].slice(-50));
    keep(`past.${this.#listening.sessionId}`, this.past.now);
  }

  /** Load the first track of the queue that can be heard; says whether there was one. */
  #loadNext() {
    const slots = this.#listening.queue.now?.slots ?? [];
    const slot = slots.find(
      ({ track_id }) => this.#tracks.hasSound(track_id) && track_id !== this.current.now,
    );
    if (slot === undefined) {
      this.silence.set(slots.length > 0 ? "None of these tracks can be heard here" : null);
      this.#audio.pause();
      return false;
    }
    const chosenBy = slot.lane === "listener" ? "listener" : "algorithm";
    this.#load(slot.track_id, { chosenBy });
    return true;
  }

  #load(trackId, { at = 0, chosenBy = "algorithm" } = {}) {
    this.#started = false;
    this.#reported = 0;
    this.#chosenBy = chosenBy;
    this.silence.set(null);
    this.loaded.set(null);
    this.#tracks.need([trackId]);
    this.#audio.src = this.#address(trackId);
    if (at > 0) {
      const go = () => (this.#audio.currentTime = at);
      this.#audio.addEventListener("loadedmetadata", go, { once: true });
    }
    this.current.set(trackId);
    this.position.set({ at, of: this.#tracks.info(trackId).duration_seconds ?? 0 });
  }

  #passed() {
    this.#tellPosition();
    if (!this.playing.now) return;
    const { at, of } = this.position.now;
    const half = of / 2;
    const crossedHalf = at >= half && this.#reported < half;
    if (of > 0 && (crossedHalf || at - this.#reported >= REPORT_EVERY)) {
      this.#reported = at;
      this.#report("progressed", at);
    }
    if (of > 0 && of - at < LOAD_AHEAD) this.#loadAhead();
  }

  /** Fetch the next track's sound, and hold it in its place. */
  #loadAhead() {
    const order = (this.#listening.queue.now?.slots ?? []).map(({ track_id }) => track_id);
    const [first] = order;
    if (this.loaded.now !== null || first === undefined || !this.#tracks.hasSound(first)) return;
    this.loaded.set(first);
    this.#ahead.src = this.#address(first);
    this.#listening.show(order.slice(0, SHOWN), 1);
  }

  #ended() {
    this.#report("completed", this.position.now.of);
    this.#remember();
    if (this.#loadNext()) this.play();
  }

  #failed() {
    if (!this.#audio.hasAttribute("src")) return;
    const title = this.#tracks.title(this.current.now);
    this.silence.set(
      navigator.onLine ? `“${title}” cannot be played here` : "No sound while you are offline",
    );
    this.playing.set(false);
  }

  /** Follow a track that another tab or device plays, as long as this one is silent. */
  #heardElsewhere(queue) {
    const current = queue?.update.current;
    if (!current || current === this.current.now) return;
    const isOurs = this.#listening.mine.has(queue.update.caused_by);
    if (isOurs || queue.guessed || this.playing.now) return;
    this.#remember();
    this.#load(current);
    this.#started = true;
  }

  #report(action, at) {
    const of = this.#audio.duration || this.#tracks.info(this.current.now).duration_seconds;
    this.#listening.act(action, this.current.now, {
      position_seconds: rounded(at),
      ...(of > 0 && Number.isFinite(of) && { duration_seconds: rounded(of) }),
      chosen_by: this.#chosenBy,
    });
  }

  #tellPosition() {
    const known = this.#tracks.info(this.current.now ?? "").duration_seconds ?? 0;
    const of = Number.isFinite(this.#audio.duration) ? this.#audio.duration : known;
    this.position.set({ at: this.#audio.currentTime, of });
  }

  #keepPlace() {
    const place = this.current.now && {
      trackId: this.current.now,
      at: this.#audio.currentTime,
      started: this.#started,
      chosenBy: this.#chosenBy,
    };
    keep(`place.${this.#listening.sessionId}`, place);
  }
}

const rounded = (seconds) => Math.round(seconds * 100) / 100;
