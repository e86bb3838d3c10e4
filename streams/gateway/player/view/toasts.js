/** Short notes of what was just done, each with its undo. */

import { byId, el } from "../core/dom.js";
import { announce } from "./announce.js";

const SHOWN_MS = 7_000;

/** Show a note; `undo` is offered with it where it is given. */
export function toast(line, undo) {
  const region = byId("toasts");
  const remove = () => note.remove();
  const note = el(
    "div",
    { class: undo ? "toast" : "toast plain" },
    el("span", {}, line),
    undo
      ? el("button", { class: "text", type: "button", click: () => (remove(), undo()) }, "Undo")
      : null,
  );
  region.replaceChildren(note); // one at a time: the list of acts has the others
  announce(line);
  fade(note, remove);
}

/** Take a note away after a while, but not from under a hand or the keyboard's focus. */
function fade(note, remove) {
  let timer = setTimeout(remove, SHOWN_MS);
  const stay = () => clearTimeout(timer);
  const go = () => {
    clearTimeout(timer);
    timer = setTimeout(remove, SHOWN_MS);
  };
  note.addEventListener("pointerenter", stay);
  note.addEventListener("focusin", stay);
  note.addEventListener("pointerleave", go);
  note.addEventListener("focusout", go);
}
