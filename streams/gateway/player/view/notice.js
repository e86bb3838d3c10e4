/** The banner: what keeps the page from being as it should be, in words. */

import { byId } from "../core/dom.js";
import { counted } from "../core/format.js";
import { toast } from "./toasts.js";

/** Show whether the gateway is there, and tell what it refused. */
export function connectNotice(listening) {
  const banner = byId("notice");
  let timer = 0;
  const tell = () => {
    clearTimeout(timer);
    const isAway = !navigator.onLine || listening.status.now === "waiting";
    // A connection that comes back within a moment was not worth a word.
    timer = setTimeout(
      () => (banner.textContent = isAway ? away(listening.waiting.now) : ""),
      isAway ? 400 : 0,
    );
  };
  listening.status.watch(tell);
  listening.waiting.watch(tell);
  addEventListener("online", tell);
  addEventListener("offline", tell);
  listening.trouble.watch((refused) => refused && toast(`Not accepted: ${refused.message}`));
}

function away(waiting) {
  const reason = navigator.onLine ? "The gateway does not answer" : "You are offline";
  if (waiting === 0) return `${reason}. What you do is kept and sent later.`;
  return `${reason}. ${counted(waiting, "act")} kept, to be sent when it is back.`;
}
