/** Light, dark, or as the system has it. */

import { byId } from "../core/dom.js";
import { keep, recall } from "../core/memory.js";
import { announce } from "./announce.js";

const ORDER = ["system", "light", "dark"];
const NAMES = { system: "as the system has it", light: "light", dark: "dark" };

/** Wire the button that goes round the three; returns the function that does so. */
export function connectTheme() {
  const button = byId("theme");
  let theme = recall("theme", "system");
  const show = () => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.setAttribute("aria-label", `Colours: ${NAMES[theme]}`);
    button.title = `Colours: ${NAMES[theme]} (T)`;
  };
  const turn = () => {
    theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
    keep("theme", theme);
    show();
    announce(`Colours ${NAMES[theme]}`);
  };
  show();
  button.addEventListener("click", turn);
  return turn;
}
