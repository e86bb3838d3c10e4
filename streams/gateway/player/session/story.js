/**
 * Updates -> what happened, in a line: "2 skips and “calmer”: piano and slow pieces moved up".
 *
 * The words are those toward which the session's direction turned most between two updates, so the
 * line tells what the model did and not what somebody hoped it would.
 */

import { capital, counted, distinct, listed, some } from "../core/format.js";
import { NOUNS } from "./acts.js";
import { marksOf, movesBetween } from "./moves.js";

const TOGETHER_MS = 15_000;
/** Acts that follow one another sooner than this are told in one line. */
const TURNED = 0.25;
/** Log-odds that a word must have gained or lost to be named. */
const MOST_WORDS = 2;

export class Story {
  #acts;
  #chapter = null;
  #last = { order: [], compass: null };

  /** `find` gives the act of an event's id, where it is known. */
  constructor(find) {
    this.#acts = find;
  }

  /**
   * Take in a queue: returns the moves since the story's chapter began, for marks on the rows.
   *
   * A chapter is a run of acts with no long pause between them; what moves without any act, when
   * a track merely starts, is not told.
   */
  tell(update, slots, now = Date.now()) {
    const order = slots.map(({ track_id }) => track_id);
    const acts = [update.caused_by, ...(update.burst ?? [])]
      .map((id) => this.#acts(id))
      .filter((act) => act && (NOUNS[act.kind] || act.kind === "said"));
    if (acts.length > 0) {
      const isOver = this.#chapter === null || now - this.#chapter.at > TOGETHER_MS;
      if (isOver) this.#chapter = { acts: new Map(), before: this.#last };
      for (const act of acts) this.#chapter.acts.set(act.id, act);
      this.#chapter.at = now;
    }
    this.#last = { ...this.#last, order };
    return this.#chapter ? marksOf(movesBetween(this.#chapter.before.order, order)) : new Map();
  }

  /** Return the line, with the compass as it is now: words with strengths; null for no line. */
  line(compass) {
    const strengths = new Map(compass.map(({ word, strength }) => [word, strength]));
    this.#last = { ...this.#last, compass: strengths };
    if (this.#chapter === null) return null;
    const acts = [...this.#chapter.acts.values()];
    return { causes: capital(causesOf(acts)), effect: this.#effect(strengths) };
  }

  #effect(strengths) {
    const { order, compass } = this.#chapter.before;
    const moves = [...movesBetween(order, this.#last.order).values()];
    const risen = moves.filter((by) => by === "new" || by > 0).length;
    if (risen === 0) return "the queue stays as it is";
    const { up, down } = turned(compass, strengths);
    if (up.length > 0) {
      const others = down.length > 0 ? `, ${listed(down)} down` : "";
      return `${listed(up)} pieces moved up${others}`;
    }
    if (down.length > 0) return `${listed(down)} pieces moved down`;
    return `${counted(risen, "track")} moved up`;
  }
}

/** Name what was done: "2 skips and “calmer”"; the same act done often is counted. */
function causesOf(acts) {
  const counts = new Map();
  const quoted = [];
  for (const act of acts) {
    if (act.kind === "said") quoted.push(`“${act.text}”`);
    else if (act.kind === "steered") quoted.push(`“${act.text}”`);
    else counts.set(NOUNS[act.kind], (counts.get(NOUNS[act.kind]) ?? 0) + 1);
  }
  return listed([...[...counts].map(([noun, count]) => some(count, noun)), ...quoted]);
}

/** Words that gained most, and lost most, between two compasses. */
function turned(before, after) {
  if (before === null) return { up: [], down: [] };
  const gains = [...after].map(([word, strength]) => ({
    word,
    gain: strength - (before.get(word) ?? 0),
  }));
  gains.sort((one, other) => other.gain - one.gain);
  const words = (list) => distinct(list.map(({ word }) => word)).slice(0, MOST_WORDS);
  return {
    up: words(gains.filter(({ gain }) => gain >= TURNED)),
    down: words(gains.filter(({ gain }) => gain <= -TURNED).reverse()),
  };
}
