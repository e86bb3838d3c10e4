/** The sheets over the page: what was done, each with its undo; and the keys. */

import { byId, el } from "../core/dom.js";
import { ago } from "../core/format.js";

/** Wire the sheet of acts. */
export function connectActs({ listening, does, trouble }) {
  const sheet = byId("acts");
  const show = () => {
    if (!sheet.open) return;
    const acts = listening.acts.own;
    const items = acts.map((act) => itemOf(act, listening.acts.told(act), does));
    const none = el("li", {}, "Nothing yet.");
    byId("acts-list").replaceChildren(...(items.length ? items : [none]));
  };
  const open = () => {
    sheet.showModal();
    show();
    listening.catchUp().catch(trouble);
  };
  byId("open-acts").addEventListener("click", open);
  byId("new-session").addEventListener("click", () => {
    sheet.close();
    does.beginAnew();
  });
  closeByBackdrop(sheet);
  return { refresh: show, open };
}

function itemOf(act, sentence, does) {
  const undo = () => does.undo(act);
  return el(
    "li",
    {},
    el(
      "span",
      {},
      el("span", { class: act.undone ? "undone" : "" }, sentence),
      el("span", { class: "when" }, act.undone ? "taken back" : ago(act.at)),
    ),
    act.undone
      ? null
      : el(
          "button",
          { class: "text", type: "button", "aria-label": `Undo: ${sentence}`, click: undo },
          "Undo",
        ),
  );
}

/** Wire the sheet of keys; `keys` is [[key names, what it does], ...]. */
export function connectKeysSheet(keys) {
  const sheet = byId("keys");
  const rows = keys.flatMap(([names, does]) => [
    el("dt", {}, ...names.flatMap((name, at) => [at ? " " : "", el("kbd", {}, name)])),
    el("dd", {}, does),
  ]);
  byId("keys-list").replaceChildren(...rows);
  const open = () => sheet.showModal();
  byId("open-keys").addEventListener("click", open);
  closeByBackdrop(sheet);
  return { open };
}

function closeByBackdrop(sheet) {
  sheet.addEventListener("pointerdown", ({ target }) => target === sheet && sheet.close());
}
