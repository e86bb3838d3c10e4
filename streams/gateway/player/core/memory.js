/** What this browser keeps from visit to visit; a browser that keeps nothing still plays. */

const PREFIX = "upnext.";

/** What was kept under a name; the fallback where nothing was, or nothing that can be read. */
export function recall(name, fallback) {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback; // storage is switched off, or an older version wrote it
  }
}

/** Keep something that JSON can hold. */
export function keep(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // full or switched off: this visit works all the same
  }
}

/** Let go of all that was kept of a session. */
export function forgetAll(sessionId) {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX) && key.endsWith(`.${sessionId}`)) localStorage.removeItem(key);
    }
  } catch {
    // nothing is kept where there is no storage
  }
}

/** The name under which the storage has what is kept under a name. */
export const keyOf = (name) => PREFIX + name;

/** The browser's storage where there is one, for the client's outbox. */
export function storage() {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
