/** The menu of a row, as the ARIA practices have it. */

import { byId, el } from "../core/dom.js";

const GAP = 6;

/** Make the menu; `itemsOf(trackId)` gives its items: {name, hint?, run}, null for a line. */
export function menuOf(itemsOf) {
  const menu = byId("menu");
  const closed = [];
  let opener = null;

  const close = ({ refocus = true } = {}) => {
    if (opener === null) return;
    const from = opener;
    opener = null;
    menu.hidePopover();
    from.setAttribute("aria-expanded", "false");
    if (refocus && from.isConnected) from.focus();
    for (const listener of closed) listener();
  };
  const open = (button, trackId) => {
    close({ refocus: false });
    opener = button;
    button.setAttribute("aria-expanded", "true");
    menu.setAttribute("aria-label", button.getAttribute("aria-label"));
    menu.replaceChildren(
      ...itemsOf(trackId).map((item) =>
        item ? itemElement(item, close) : el("hr", { role: "separator" }),
      ),
    );
    menu.showPopover();
    place(menu, button);
    menu.querySelector("[role=menuitem]").focus();
  };

  menu.addEventListener("keydown", (event) => {
    const items = [...menu.querySelectorAll("[role=menuitem]")];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    event.stopPropagation();
    if (to !== undefined) {
      event.preventDefault();
      items.at(to % items.length).focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      close();
    }
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (opener && !menu.contains(target) && !opener.contains(target)) close({ refocus: false });
  });
  addEventListener("resize", () => close({ refocus: false }));
  const follow = () => {
    if (opener === null) return;
    const { top, bottom } = opener.getBoundingClientRect();
    if (!opener.isConnected || bottom < 0 || top > innerHeight) close({ refocus: false });
    else place(menu, opener);
  };
  document.addEventListener("scroll", follow, { passive: true });
  return { open, isOpen: () => opener !== null, onClose: (listener) => closed.push(listener) };
}

function itemElement({ name, hint, run }, close) {
  const choose = () => {
    close();
    run();
  };
  return el(
    "button",
    { role: "menuitem", type: "button", tabindex: "-1", click: choose },
    name,
    hint ? el("small", {}, hint) : null,
  );
}

/** Under the button, or above it where there is no room; never beyond the window. */
function place(menu, button) {
  const { top, bottom, right } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = bottom + GAP;
  const isRoom = below + height < innerHeight - GAP;
  menu.style.left = `${Math.max(GAP, Math.min(right - width, innerWidth - width - GAP))}px`;
  menu.style.top = `${isRoom ? below : Math.max(GAP, top - GAP - height)}px`;
}
