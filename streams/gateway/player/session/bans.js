/** What the listener wants never to hear again: kept in this browser, sent with every start. */

import { keep, recall } from "../core/memory.js";

const MOST = 100;
/** Values that one condition of the rules may hold. */

export class Bans {
  #name;

  constructor(listenerId) {
    this.#name = `never.${listenerId}`;
  }

  /** `field` is "track_id" or "artist". */
  add(field, value) {
    this.#change(field, (values) => [...new Set([...values, value])].slice(-MOST));
  }

  remove(field, value) {
    this.#change(field, (values) => values.filter((other) => other !== value));
  }

  /** The rules of a session that keep to them, as the command `start` takes them. */
  get rules() {
    const exclude = Object.entries(this.#kept())
      .filter(([, values]) => values.length > 0)
      .map(([field, any_of]) => ({ field, any_of }));
    return exclude.length > 0 ? { exclude } : {};
  }

  #kept() {
    return { track_id: [], artist: [], ...recall(this.#name, {}) };
  }

  #change(field, change) {
    const kept = this.#kept();
    keep(this.#name, { ...kept, [field]: change(kept[field]) });
  }
}
