/** Keys of the whole page; those of one letter can be switched off (WCAG 2.1.4). */

import { byId } from "../core/dom.js";
import { keep, recall } from "../core/memory.js";
import { connectKeysSheet } from "./sheets.js";

/** Wire the keys: `does` acts, `tabs` are chosen by number. */
export function connectShortcuts({ player, does, tabs, turnTheme }) {
  const single = {
    k: () => player.toggle(),
    n: () => does.skip(),
    p: () => player.previous(),
    l: () => does.like(),
    d: () => does.dislike(),
    m: () => byId("mute").click(),
    u: () => does.undoNewest(),
    t: turnTheme,
    "/": () => byId("say").focus(),
    f: () => byId("find").focus(),
    "?": () => sheet.open(),
    ...Object.fromEntries(
      tabs.names.map((name, at) => [String(at + 1), () => tabs.chosen.set(name)]),
    ),
  };
  const sheet = connectKeysSheet([
    [["Space", "K"], "Play or pause"],
    [["N"], "Next, which is a skip"],
    [["P"], "Previous, or the beginning"],
    [["L"], "Like"],
    [["D"], "Dislike, and on to the next"],
    [["M"], "Mute"],
    [["/"], "Say something"],
    [["F"], "Find a track"],
    [["U"], "Undo what you did last"],
    [["1", "…", "4"], "Up Next, Why, Compass, Map"],
    [["T"], "Light, dark, or as the system"],
    [["?"], "These keys"],
    [["Space", "↑", "↓"], "On a track's grip: lift, move, drop"],
    [["Esc"], "Put back, or close"],
  ]);
  const on = byId("keys-on");
  on.checked = recall("keys", true);
  on.addEventListener("change", () => keep("keys", on.checked));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
    const isSpace = event.key === " " && !event.target.closest("button, a, summary, [role=option]");
    const act = isSpace ? single.k : on.checked ? single[event.key.toLowerCase()] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  });
}

const isWriting = (target) =>
  target.matches("input:not([type=range]):not([type=checkbox]), select, textarea");
