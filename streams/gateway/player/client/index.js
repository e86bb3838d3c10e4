// Built from clients/typescript by `npm run vendor`: change it there.
/** upnext's client: events out, queue updates in, ranked on the device meanwhile. */
export { Client, newId, Session } from "./client.js";
export { anticipated, lessonOf, linear, modeStep, rescored, unpacked, } from "./device.js";
export { follow } from "./follow.js";
export { Gateway, Refused } from "./http.js";
export { OutboxFull } from "./outbox.js";
export { answers, apply, envelopeOf, Gap, isNewer, } from "./queue.js";
export { Sender } from "./send.js";
export { messages } from "./sse.js";
