/** The adapter of this client for the contract's suite: follow a session, print what is held. */

import { Client } from "../src/index.js";

const [url = "", listener = "", session = ""] = process.argv.slice(2);
const client = new Client({ url });
for await (const { id, update } of client.session(listener, session).follow()) {
  process.stdout.write(`${JSON.stringify({ id, update })}\n`);
}
