/** A value that says when it changes: all the state management that the page needs. */

export class Value {
  #value;
  #watchers = new Set();

  constructor(value) {
    this.#value = value;
  }

  get now() {
    return this.#value;
  }

  /** Set the value; who watches hears of it, unless it is the same. */
  set(value) {
    if (Object.is(value, this.#value)) return;
    const before = this.#value;
    this.#value = value;
    for (const watcher of this.#watchers) watcher(value, before);
  }

  /** Call with the value now and whenever it changes, with what it was before. */
  watch(watcher) {
    this.#watchers.add(watcher);
    watcher(this.#value, undefined);
    return () => this.#watchers.delete(watcher);
  }
}
