/** The search box: tracks by name or by what they sound like; the chosen one comes next. */

import { byId, el, icon } from "../core/dom.js";
import { artOf } from "./art.js";
import { announce } from "./announce.js";

const WAIT_MS = 220;
const MOST = 8;
const MOST_NAMED = 4;
/** Tracks that are found by name, of those; the others sound like the words. */

/** Wire the box, as the ARIA practices have a combobox with a list. */
export function connectFind({ client, tracks, does }) {
  const [box, list] = [byId("find"), byId("found")];
  let timer = 0;
  let asked = "";
  let active = -1;

  const close = () => {
    list.hidden = true;
    active = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const mark = (at) => {
    const options = list.querySelectorAll("[role=option]");
    active = options.length ? (at + options.length) % options.length : -1;
    for (const [place, option] of options.entries()) {
      option.setAttribute("aria-selected", String(place === active));
      if (place !== active) continue;
      box.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  };
  const take = (trackId) => {
    close();
    box.value = "";
    does.enqueue(trackId);
  };
  const show = (ids, trouble) => {
    const none = el(
      "li",
      { class: "none", role: "option", "aria-disabled": "true" },
      trouble ?? "Nothing like that here",
    );
    list.replaceChildren(
      ...(ids.length ? ids.map((id, at) => optionOf(id, at, tracks, take)) : [none]),
    );
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    if (ids.length) mark(Math.max(active, 0));
    announce(ids.length ? `${ids.length} tracks found` : none.textContent);
  };
  const search = async () => {
    const words = box.value.trim();
    asked = words;
    active = -1;
    if (words === "") return close();
    try {
      const sounding = client.call("GET", "/v1/search", { query: { words, limit: MOST } });
      sounding.catch(() => {}); // told below
      await tracks.browse();
      const named = tracks.named(words, MOST_NAMED);
      if (asked === words) show(named, "Listening for tracks that sound like it …");
      const heard = (await sounding).tracks.map(({ track_id }) => track_id);
      const ids = [...new Set([...named, ...heard])].slice(0, MOST);
      await tracks.need(ids);
      if (asked === words) show(ids);
    } catch (error) {
      if (asked === words) show(tracks.named(words, MOST), `No search by sound: ${error.message}`);
    }
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, WAIT_MS);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      box.value = "";
      close();
    }
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      take(list.querySelectorAll("[role=option]")[active].dataset.track);
    }
  });
  box.addEventListener("blur", () => setTimeout(close, 150)); // after a click on the list
}

function optionOf(id, at, tracks, take) {
  const { title, artist } = tracks.info(id);
  return el(
    "li",
    {
      role: "option",
      id: `found-${at}`,
      "data-track": id,
      "aria-selected": "false",
      pointerdown: (event) => event.preventDefault(),
      click: () => take(id),
    },
    el("span", { class: "cover" }, artOf(id, tracks)),
    el("span", {}, el("span", { class: "name" }, title), el("span", { class: "by" }, artist ?? "")),
    icon("add"),
  );
}
