/** One voice for screen readers: the newest thing that happened, politely. */

import { byId } from "../core/dom.js";

let timer = 0;

/** Say a line when the reader has a moment; a later line within it takes its place. */
export function announce(line) {
  clearTimeout(timer);
  timer = setTimeout(() => (byId("announcer").textContent = line), 150);
}
