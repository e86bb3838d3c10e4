/** The line above the tabs: what was done, and what the queue made of it. */

import { byId, el } from "../core/dom.js";
import { Value } from "../core/value.js";

/**
 * Tell each update once; returns the compass after it, and how far tracks moved.
 *
 * The compass is asked for after every update that somebody's act caused: the line needs it to
 * name what the session turned to, and the tabs show it.
 */
export function connectLine({ listening, story, announce }) {
  const compass = new Value(null);
  let moves = new Map();
  let told = "";
  let asking = false;
  let again = false;

  const ask = async () => {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      const words = await listening.compass();
      compass.set(words);
      show(story.line(words));
    } catch {
      // offline, or not ranked yet: the line waits for the next update
    } finally {
      asking = false;
      if (again) {
        again = false;
        ask();
      }
    }
  };
  const show = (line) => {
    if (line === null) return;
    const text = `${line.causes}: ${line.effect}`;
    if (byId("line").textContent === text) return;
    byId("line").replaceChildren(el("strong", {}, line.causes), `: ${line.effect}`);
    announce(text);
  };
  listening.opened.watch(() => {
    compass.set(null);
    moves = new Map();
  });
  listening.queue.watch((queue) => {
    if (queue === null || queue.guessed || queue.id === told) return;
    told = queue.id;
    moves = story.tell(queue.update, queue.slots);
    ask();
  });
  return { compass, moves: () => moves };
}
