/** The words box, and what was said as chips: with the clauses, once they are understood. */

import { byId, el, icon } from "../core/dom.js";
import { connectSpeech } from "./speech.js";

const MOST = 6;
/** Chips shown, the newest: older words weigh little. */

/** Wire the box and the microphone; chips show what still counts. */
export function connectWords({ listening, does }) {
  const [form, box] = [byId("words"), byId("say")];
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (text === "") return;
    box.value = "";
    does.say(text, { source: "typed" });
  });
  connectSpeech((text, found) => text && does.say(text, { source: "spoken", ...found }));
  const show = () => {
    if (!listening.acts) return;
    const said = listening.acts.list.now.filter((act) => isSaid(act) && !act.undone).slice(0, MOST);
    const clauses = clausesBy(listening.queue.now?.update);
    const key = JSON.stringify(said.map(({ id }) => [id, clauses.get(id)]));
    if (byId("said").dataset.key === key) return;
    byId("said").dataset.key = key;
    byId("said").replaceChildren(
      ...said.reverse().map((act) => chipOf(act, clauses.get(act.id), does)),
    );
  };
  listening.queue.watch(show);
  return { refresh: show };
}

const isSaid = ({ kind }) => kind === "said" || kind === "steered";

/** What was understood, by event: the clauses that the update's causes quote. */
function clausesBy(update) {
  const clauses = new Map();
  for (const { kind, sentence, event_id: id } of update?.causes ?? []) {
    if (kind !== "words" || !id) continue;
    const clause = sentence.replace(/^you said /, "").replace(/[“”]/g, "");
    clauses.set(id, [...(clauses.get(id) ?? []), clause]);
  }
  return clauses;
}

function chipOf(act, clauses, does) {
  const label = `Take back “${act.text}”`;
  return el(
    "li",
    {
      class: clauses ? "chip" : "chip waiting",
      title: clauses ? `You said “${act.text}”` : "What this changes is too small to name",
    },
    el(
      "span",
      {},
      ...(clauses ?? [act.text]).map((clause) => el("span", { class: "clause" }, clause)),
    ),
    el(
      "button",
      {
        class: "round",
        type: "button",
        "aria-label": label,
        title: "Take back",
        click: () => does.undo(act),
      },
      icon("close"),
    ),
  );
}
