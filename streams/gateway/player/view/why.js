/** Why: what speaks for a track and against it, as bars that sum to its score. */

import { byId, el, icon } from "../core/dom.js";
import { capital, signed } from "../core/format.js";
import { artOf } from "./art.js";

const WITHOUT_EVENT = {
  order: "Its place in the playlist you began with",
  rest: "Smaller reasons together",
  taste: "Your long-term taste",
  chance: "To find out whether you like it",
};

/** Show the reasons of the chosen track: the one asked for, else the next one. */
export function connectWhy({ listening, tracks, asked, does }) {
  const panel = byId("panel-why");
  // Reasons of tracks that have left the queue since, as what plays has: the last that were told.
  const told = new Map();
  const show = () => {
    const queue = listening.queue.now;
    for (const slot of queue?.update.slots ?? []) {
      told.set(slot.track_id, { slot, causes: queue.update.causes ?? [] });
    }
    if (panel.hidden) return;
    const trackId = asked.now ?? queue?.slots[0]?.track_id;
    const known = trackId && told.get(trackId);
    if (!known) {
      panel.replaceChildren(
        el("p", { class: "nothing" }, "Choose a track to see what speaks for it."),
      );
      return;
    }
    panel.replaceChildren(
      el(
        "p",
        { class: "lead" },
        "A track's score is the sum of what speaks for it and against it. Nothing else counts.",
      ),
      headOf(trackId, tracks, queue),
      reasonsOf(known, listening, does),
      sumOf(known.slot),
      chooserOf(trackId, told, { queue, tracks, asked }),
    );
  };
  listening.queue.watch(show);
  tracks.known.watch(show);
  asked.watch(show);
  return { refresh: show };
}

function headOf(trackId, tracks, queue) {
  const { title, artist } = tracks.info(trackId);
  const place = (queue?.slots ?? []).findIndex(({ track_id }) => track_id === trackId);
  const where =
    place < 0
      ? "no longer in the queue"
      : place === 0
        ? "next"
        : `number ${place + 1} in the queue`;
  return el(
    "div",
    { class: "asked" },
    el("span", { class: "cover" }, artOf(trackId, tracks)),
    el("div", {}, el("h2", {}, title), el("p", {}, [artist, where].filter(Boolean).join(" · "))),
  );
}

function reasonsOf({ slot, causes }, listening, does) {
  const parts = slot.reasons ?? [];
  const values = parts.map(([, value]) => value);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const reach = 100 / Math.max(high - low, 1e-9);
  const zero = -low * reach;
  const items = parts.map(([at, value]) => {
    const cause = causes[at];
    const bar = el("span", { class: "bar" });
    const width = Math.abs(value) * reach;
    bar.style.left = `${value < 0 ? zero - width : zero}%`;
    bar.style.width = `${width}%`;
    const mark = el("span", { class: "zero" });
    mark.style.left = `${zero}%`;
    const act = cause.event_id && listening.acts.find(cause.event_id);
    return el(
      "li",
      { class: value < 0 ? "reason against" : "reason", "data-value": String(value) },
      el("span", {}, sentenceOf(cause), act && !act.undone ? undoButton(act, does) : null),
      el("span", { class: "amount" }, signed(value)),
      el("span", { class: "axis", "aria-hidden": "true" }, bar, low < 0 ? mark : null),
    );
  });
  return el("ol", { class: "reasons", "aria-label": "Reasons, the strongest first" }, ...items);
}

function undoButton(act, does) {
  const label = "Undo this";
  return el(
    "button",
    {
      class: "round small",
      type: "button",
      "aria-label": label,
      title: label,
      click: () => does.undo(act),
    },
    icon("undo"),
  );
}

const sentenceOf = ({ kind, sentence, event_id }) =>
  capital((event_id ? null : WITHOUT_EVENT[kind]) ?? sentence);

function sumOf({ score, reasons = [] }) {
  const sum = reasons.reduce((total, [, value]) => total + value, 0);
  return el(
    "div",
    {},
    el(
      "p",
      { class: "sum" },
      el("span", {}, "Together"),
      el("output", { "data-sum": sum.toFixed(6), "data-score": String(score) }, signed(sum)),
    ),
    el(
      "p",
      { class: "chance" },
      `In log-odds: by all that you did and said, ${chanceOf(score)} that you want it now.`,
    ),
  );
}

/** Log-odds as a chance, without claiming to be certain. */
function chanceOf(score) {
  const percent = Math.round(100 / (1 + Math.exp(-score)));
  if (percent > 99) return "more than 99 in 100";
  return percent < 1 ? "less than 1 in 100" : `${percent} in 100`;
}

function chooserOf(trackId, told, { queue, tracks, asked }) {
  const ids = (queue?.slots ?? []).map(({ track_id }) => track_id).filter((id) => told.has(id));
  const all = ids.includes(trackId) ? ids : [trackId, ...ids];
  const choose = el(
    "select",
    { change: ({ target }) => asked.set(target.value) },
    ...all.map((id) => el("option", { value: id, selected: id === trackId }, tracks.title(id))),
  );
  return el(
    "label",
    { class: "choose" },
    "Ask about another track",
    el("span", { class: "field" }, choose),
  );
}
