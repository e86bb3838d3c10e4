/** What plays, and the controls of it. */

import { byId, setIcon, setRange } from "../core/dom.js";
import { clock } from "../core/format.js";
import { keep, recall } from "../core/memory.js";
import { artOf } from "./art.js";

/** Show the track in the player, or the one that will be. */
export function connectNow({ player, listening, tracks, does }) {
  const shownTrack = () => player.current.now ?? listening.queue.now?.slots[0]?.track_id ?? null;
  let drawn = "";
  const show = () => {
    const trackId = shownTrack();
    if (trackId === null) return;
    const info = tracks.info(trackId);
    const key = `${trackId} ${info.genre ?? ""} ${tracks.hue(trackId)}`;
    if (key !== drawn) {
      byId("art").replaceChildren(artOf(trackId, tracks));
      drawn = key;
    }
    byId("art").setAttribute("aria-label", `Cover drawn for ${info.title}`);
    byId("title").textContent = info.title;
    byId("artist").textContent = info.artist ?? "";
    byId("facts").textContent =
      player.silence.now ?? (player.current.now === null ? "Press play to begin" : factsOf(info));
    if (player.current.now === null) byId("duration").textContent = clock(info.duration_seconds);
    document.title = player.playing.now ? `${info.title} · upnext` : "upnext";
    const verdict = listening.acts?.verdict(trackId)?.kind;
    for (const [id, kind] of [
      ["like", "liked"],
      ["dislike", "disliked"],
    ]) {
      byId(id).disabled = player.current.now === null;
      byId(id).setAttribute("aria-pressed", String(verdict === kind));
    }
  };
  player.current.watch(show);
  player.silence.watch(show);
  tracks.known.watch(show);
  listening.queue.watch(show);
  player.playing.watch((playing) => {
    setIcon(byId("play"), playing ? "pause" : "play");
    byId("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    show();
  });
  connectTransport(player, does);
  connectSeek(player);
  connectVolume(player);
  return { refresh: show };
}

function factsOf({ genre, year, bpm }) {
  return [genre, year, bpm && `${Math.round(bpm)} bpm`].filter(Boolean).join(" · ");
}

function connectTransport(player, does) {
  byId("play").addEventListener("click", () => player.toggle());
  byId("next").addEventListener("click", () => does.skip());
  byId("previous").addEventListener("click", () => player.previous());
  byId("like").addEventListener("click", () => does.like());
  byId("dislike").addEventListener("click", () => does.dislike());
}

function connectSeek(player) {
  const seek = byId("seek");
  let isHeld = false;
  seek.addEventListener("input", () => {
    isHeld = true;
    byId("elapsed").textContent = clock(Number(seek.value));
    setRange(seek, Number(seek.value), Number(seek.max));
  });
  seek.addEventListener("change", () => {
    isHeld = false;
    player.seek(Number(seek.value));
  });
  player.position.watch(({ at, of }) => {
    seek.disabled = of === 0;
    byId("duration").textContent = clock(of);
    seek.setAttribute("aria-valuetext", `${clock(at)} of ${clock(of)}`);
    if (isHeld) return;
    byId("elapsed").textContent = clock(at);
    setRange(seek, at, of || 1);
  });
}

function connectVolume(player) {
  const [volume, mute] = [byId("volume"), byId("mute")];
  const set = (level) => {
    player.volume = level;
    setRange(volume, level, 1);
    volume.setAttribute("aria-valuetext", `${Math.round(100 * level)} %`);
    keep("volume", level);
  };
  set(recall("volume", 0.8));
  volume.addEventListener("input", () => set(Number(volume.value)));
  mute.addEventListener("click", () => {
    const muted = mute.getAttribute("aria-pressed") === "false";
    player.muted = muted;
    mute.setAttribute("aria-pressed", String(muted));
    setIcon(mute, muted ? "muted" : "volume");
  });
}
