/** Compass: the words that the session leans toward and away from, as sliders that work. */

import { byId, el } from "../core/dom.js";
import { distinct, signed } from "../core/format.js";

const LEAD =
  "The direction that the session has taken, in words. Pull a word to the right for more of it, " +
  "to the left for less; it then settles where everything you did and said puts it.";
const EACH_WAY = 8;
const LEAST = 0.05;
const WAIT_MS = 450;
/** After the last move of a slider before it is sent. */

/** Show the compass; `words` is a Value of [{word, strength}], null while it is not known. */
export function connectCompass({ words, does }) {
  const panel = byId("panel-compass");
  const sliders = new Map();
  let timer = 0;
  const edits = new Map();

  const send = () => {
    const more = [...edits].filter(([, by]) => by > 0).map(([word]) => word);
    const less = [...edits].filter(([, by]) => by < 0).map(([word]) => word);
    edits.clear();
    if (more.length + less.length > 0)
      does.steer({ ...(more.length && { more }), ...(less.length && { less }) });
  };
  const lean = (word, by) => {
    edits.set(word, by);
    clearTimeout(timer);
    timer = setTimeout(send, WAIT_MS);
  };
  const isBusy = () => edits.size > 0 || panel.querySelector("input[type=range]:active") !== null;
  const show = () => {
    if (panel.hidden || isBusy()) return;
    if (words.now === null) {
      panel.replaceChildren(el("p", { class: "nothing" }, "The compass is on its way."));
      return;
    }
    const focused = document.activeElement?.dataset?.word;
    panel.replaceChildren(...drawn(words.now, sliders, lean));
    if (focused) sliders.get(focused)?.focus({ preventScroll: true });
  };
  words.watch(show);
  return { refresh: show };
}

function drawn(words, sliders, lean) {
  const most = Math.max(1, ...words.map(({ strength }) => Math.abs(strength)));
  const toward = leading(words.filter(({ strength }) => strength >= LEAST));
  const away = leading(words.filter(({ strength }) => strength <= -LEAST).reverse());
  sliders.clear();
  const column = (title, list) => {
    const rows = list.map((leaning) => leaningRow(leaning, most, sliders, lean));
    const none = el("p", { class: "chance" }, "Nothing yet.");
    return el(
      "section",
      { "aria-label": title },
      el("h2", {}, title),
      ...(rows.length ? rows : [none]),
    );
  };
  return [
    el("p", { class: "lead" }, LEAD),
    el(
      "div",
      { class: "leanings" },
      column("Leans toward", toward),
      column("Leans away from", away),
    ),
    another(words, lean),
  ];
}

/** The strongest words, without those that repeat one another. */
function leading(words) {
  const names = new Set(distinct(words.map(({ word }) => word)).slice(0, EACH_WAY));
  return words.filter(({ word }) => names.has(word));
}

function leaningRow({ word, strength }, most, sliders, lean) {
  const id = `lean-${sliders.size}`;
  const slider = el("input", {
    id,
    type: "range",
    min: -most,
    max: most,
    step: most / 50,
    value: strength,
    "data-word": word,
  });
  const output = el("output", { for: id }, signed(strength, 1));
  const row = el("div", { class: "leaning" }, el("label", { for: id }, word), slider, output);
  const fill = (value) => {
    const share = 50 + (50 * value) / most;
    slider.style.setProperty("--from", `${Math.min(50, share)}%`);
    slider.style.setProperty("--to", `${Math.max(50, share)}%`);
    slider.setAttribute(
      "aria-valuetext",
      `${value < 0 ? "away from" : "toward"} ${word}, ${Math.abs(value).toFixed(1)}`,
    );
  };
  fill(strength);
  slider.addEventListener("input", () => {
    const value = Number(slider.value);
    fill(value);
    output.textContent = signed(value, 1);
    row.classList.add("moving");
    lean(word, Math.sign(value - strength));
  });
  sliders.set(word, slider);
  return row;
}

function another(words, lean) {
  const names = words.map(({ word }) => word).sort();
  const choose = el(
    "select",
    { id: "another-word" },
    ...names.map((word) => el("option", {}, word)),
  );
  const button = (text, by) =>
    el("button", { class: "text", type: "button", click: () => lean(choose.value, by) }, text);
  return el(
    "div",
    { class: "another" },
    el("label", { for: "another-word" }, "Any other word", el("span", { class: "field" }, choose)),
    button("More of it", 1),
    button("Less of it", -1),
  );
}
