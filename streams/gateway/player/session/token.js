/** A listener's token, for a gateway that asks for one: it comes in the address, and is kept. */

import { keep, recall } from "../core/memory.js";
import { remember } from "./identity.js";

/**
 * The token of `/player/#token=...`, or of the last visit; undefined where none was ever given.
 *
 * What follows the `#` is never sent to a server, and it is taken out of the address at once, so
 * that neither the history nor a copied link has it. A new token may be another listener's: the
 * session of the last visit is let go of.
 */
export function tokenOfAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  const kept = recall("token", undefined);
  if (given === null) return kept;
  history.replaceState(null, "", location.pathname + location.search);
  if (given !== kept) remember(null);
  keep("token", given);
  return given;
}
