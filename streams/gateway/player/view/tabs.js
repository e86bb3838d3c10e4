/** Tabs, as the ARIA practices have them: arrows move, and what is chosen is shown at once. */

import { byId } from "../core/dom.js";
import { Value } from "../core/value.js";

/** Wire the tab list; returns the name of the chosen tab, to watch and to set. */
export function connectTabs() {
  const tabs = [...byId("tabs").querySelectorAll("[role=tab]")];
  const names = tabs.map((tab) => tab.id.replace("tab-", ""));
  const chosen = new Value(names[0]);
  chosen.watch((name) => {
    for (const [at, tab] of tabs.entries()) {
      const isChosen = names[at] === name;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      byId(`panel-${names[at]}`).hidden = !isChosen;
    }
  });
  byId("tabs").addEventListener("click", ({ target }) => {
    const at = tabs.indexOf(target.closest("[role=tab]"));
    if (at >= 0) chosen.set(names[at]);
  });
  byId("tabs").addEventListener("keydown", (event) => {
    const at = names.indexOf(chosen.now);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const place = (to + names.length) % names.length;
    chosen.set(names[place]);
    tabs[place].focus();
  });
  return { chosen, names };
}
