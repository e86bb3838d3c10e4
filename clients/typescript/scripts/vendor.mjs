/** The built modules -> the player's folder, so that the page needs no build step. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";

const BUILT = new URL("../dist/", import.meta.url);
const PLAYER = process.argv[2]
  ? new URL(`file://${process.argv[2].replace(/\/?$/, "/")}`)
  : new URL("../../../streams/gateway/player/client/", import.meta.url);
const HEAD = "// Built from clients/typescript by `npm run vendor`: change it there.\n";

await rm(PLAYER, { recursive: true, force: true });
await mkdir(PLAYER, { recursive: true });
for (const name of (await readdir(BUILT)).sort()) {
  if (!name.endsWith(".js") || name === "records.js") continue; // records are types alone
  await writeFile(new URL(name, PLAYER), HEAD + (await readFile(new URL(name, BUILT), "utf8")));
}
