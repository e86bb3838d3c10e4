/**
 * The player of figure 2 (P42-P44, P100-P105): the wiring, read from top to bottom.
 *
 *     client/   the project's client for the gateway, built from clients/typescript
 *     core/     elements, values that say when they change, what is kept, numbers in words
 *     session/  the session: acts out, queue in, and the line that tells what happened
 *     sound/    the audio element, and the truth about what was heard
 *     view/     one file for each thing that is seen
 *
 * Plain modules: no build, nothing from elsewhere, no markup in strings. Views watch values and
 * call what `does.js` offers; only `session/listening.js` speaks with the gateway.
 */

import { Client } from "./client/index.js";
import { byId } from "./core/dom.js";
import { storage } from "./core/memory.js";
import { Value } from "./core/value.js";
import { doesOf, menuItems } from "./does.js";
import { Listening } from "./session/listening.js";
import { Story } from "./session/story.js";
import { tokenOfAddress } from "./session/token.js";
import { Tracks } from "./session/tracks.js";
import { Player } from "./sound/player.js";
import { connectSystem } from "./sound/system.js";
import { announce } from "./view/announce.js";
import { tintBy } from "./view/colour.js";
import { connectCompass } from "./view/compass.js";
import { connectFind } from "./view/find.js";
import { connectLine } from "./view/line.js";
import { connectMap } from "./view/map.js";
import { menuOf } from "./view/menu.js";
import { connectNotice } from "./view/notice.js";
import { connectNow } from "./view/now.js";
import { connectQueue } from "./view/queue.js";
import { connectActs } from "./view/sheets.js";
import { connectShortcuts } from "./view/shortcuts.js";
import { connectTabs } from "./view/tabs.js";
import { connectTheme } from "./view/theme.js";
import { connectWhy } from "./view/why.js";
import { connectWords } from "./view/words.js";
import { toast } from "./view/toasts.js";

const turnTheme = connectTheme();
const tabs = connectTabs();

const token = tokenOfAddress();
const client = new Client({ storage: storage(), token });
const tracks = new Tracks(client);
const listening = new Listening(client, tracks);
const player = new Player(byId("audio"), {
  listening,
  tracks,
  address: (trackId) =>
    client.gateway.address(`/v1/tracks/${encodeURIComponent(trackId)}/audio`, { token }),
});

const asked = new Value(null);
const does = doesOf({ listening, player, tracks, asked, tabs });
const menu = menuOf(menuItems(does, tracks));
const trouble = (error) => toast(`Something went wrong: ${error.message}`);

connectNotice(listening);
const story = connectLine({
  listening,
  tabs,
  story: new Story((id) => listening.acts?.find(id)),
  announce,
});
const views = {
  now: connectNow({ player, listening, tracks, does }),
  queue: connectQueue({ listening, tracks, player, does, menu, moves: story.moves }),
  words: connectWords({ listening, does }),
  why: connectWhy({ listening, tracks, asked, does }),
  compass: connectCompass({ words: story.compass, does }),
  map: connectMap({ listening, tracks, player, words: story.compass, does }),
};
const acts = connectActs({ listening, does, trouble });
connectFind({ client, tracks, does });
connectShortcuts({ player, does, tabs, turnTheme });
connectSystem(player, tracks);
tintBy(player, tracks);

tabs.chosen.watch((name) => views[name].refresh());
byId("guest").addEventListener("click", () => does.guest());
listening.mode.watch((mode) =>
  byId("guest").setAttribute("aria-checked", String(mode === "guest")),
);
listening.opened.watch((session) => {
  if (session === null) return;
  listening.acts.list.watch(() => {
    for (const view of [views.now, views.words, views.why, acts]) view.refresh();
  });
  player.clear();
  asked.set(null);
  player.restore();
  listening.catchUp().catch(() => {}); // an addition to what this browser remembers itself
});

// What nobody foresaw is told as well: a full outbox, say.
addEventListener("error", ({ error }) => error && trouble(error));
addEventListener("unhandledrejection", ({ reason }) => trouble(reason));

await tracks.locate().catch(trouble);
await listening.open().catch(trouble);
