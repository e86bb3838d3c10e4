/** What the listener can do, each with its note and its undo: buttons, keys and menus end here. */

import { byId } from "./core/dom.js";
import { toast } from "./view/toasts.js";

/** Return everything that can be done, by name. */
export function doesOf({ listening, player, tracks, asked, tabs }) {
  const undo = (act) => {
    listening.undo(act);
    toast(`Taken back: ${listening.acts.told(act)}`);
  };
  const noted = (id, line) => {
    toast(line, () => {
      const act = listening.acts.find(id);
      if (act && !act.undone) undo(act);
    });
  };
  const title = (trackId) => `“${tracks.title(trackId)}”`;
  const newestOf = (kind) => listening.acts.own.find((act) => act.kind === kind)?.id;
  const judge = (kind, word) => {
    const trackId = player.current.now;
    if (trackId === null) return;
    const before = listening.acts.verdict(trackId);
    if (before) listening.undo(before);
    if (before?.kind === kind) return toast(`Taken back: ${listening.acts.told(before)}`);
    const id = listening.act(kind, trackId, { chosen_by: "algorithm" });
    noted(id, `${word} ${title(trackId)}`);
    if (kind === "disliked") player.dismiss();
  };
  const ban = (field, value, trackId, line) => {
    const wasPlaying = trackId === player.current.now;
    noted(listening.never(field, value, trackId), line);
    if (wasPlaying) player.dismiss();
  };
  return {
    undo,
    undoNewest: () => {
      const act = listening.acts.newest;
      if (act) undo(act);
      else toast("Nothing to take back");
    },
    skip: () => {
      const had = player.current.now;
      player.next();
      if (had !== null) noted(newestOf("skipped"), `Skipped ${title(had)}`);
    },
    like: () => judge("liked", "Liked"),
    dislike: () => judge("disliked", "Disliked"),
    playNow: (trackId) => player.playNow(trackId),
    enqueue: (trackId) => {
      const id = listening.enqueue(trackId);
      tracks.need([trackId]).then(() => noted(id, `${title(trackId)} comes next`));
    },
    likeOf: (trackId) => noted(listening.act("liked", trackId), `Liked ${title(trackId)}`),
    notNow: (trackId) => noted(listening.act("removed", trackId), `Not now: ${title(trackId)}`),
    never: (trackId) => ban("track_id", trackId, trackId, `Never again: ${title(trackId)}`),
    neverArtist: (trackId) => {
      const { artist } = tracks.info(trackId);
      ban("artist", artist, trackId, `Never again: ${artist}`);
    },
    move: (trackId, from, to) =>
      noted(listening.move(trackId, from, to), `${title(trackId)} stays at place ${to}`),
    hold: (trackId, rank, held) =>
      noted(
        listening.hold(trackId, rank, held),
        held ? `${title(trackId)} stays at place ${rank}` : `${title(trackId)} may move again`,
      ),
    say: (text, fields) => noted(listening.say(text, fields), `You said “${text}”`),
    steer: (edit) =>
      listening.steer(edit).then(
        (id) => noted(id, listening.acts.told(listening.acts.find(id))),
        (refused) => listening.trouble.set(refused),
      ),
    guest: () => {
      const mode = listening.mode.now === "guest" ? "normal" : "guest";
      const line =
        mode === "guest" ? "Guest mode: nothing is learned for later" : "Guest mode is off";
      noted(listening.setMode(mode), line);
    },
    ask: (trackId) => {
      asked.set(trackId);
      tabs.chosen.set("why");
      byId("tab-why").focus();
    },
    beginAnew: async () => {
      player.pause();
      await listening.begin({ listenerId: listening.listenerId, mode: listening.mode.now });
      toast("A new session begins");
    },
  };
}

/** The items of a row's menu. */
export function menuItems(does, tracks) {
  return (trackId) => {
    const { artist } = tracks.info(trackId);
    return [
      { name: "Play now", run: () => does.playNow(trackId) },
      { name: "Play next", run: () => does.enqueue(trackId) },
      { name: "Like", run: () => does.likeOf(trackId) },
      { name: "Why?", run: () => does.ask(trackId) },
      null,
      { name: "Not now", hint: "Out of this session", run: () => does.notNow(trackId) },
      {
        name: "Never this track",
        hint: "In this session and the next",
        run: () => does.never(trackId),
      },
      ...(artist
        ? [
            {
              name: `Never ${artist}`,
              hint: "The artist, here and later",
              run: () => does.neverArtist(trackId),
            },
          ]
        : []),
    ];
  };
}
