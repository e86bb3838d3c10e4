/** upnext's client: events out, queue updates in, ranked on the device meanwhile. */

export { Client, newId, Session, type ClientOptions, type Sent, type Word } from "./client.js";
export {
  anticipated,
  lessonOf,
  linear,
  modeStep,
  rescored,
  unpacked,
  type Lesson,
  type Vectors,
} from "./device.js";
export { follow, type FollowOptions, type Status } from "./follow.js";
export { Gateway, Refused, type Connection, type Problem } from "./http.js";
export { OutboxFull, type Entry, type KeyValueStorage, type ListenerEvent } from "./outbox.js";
export {
  answers,
  apply,
  envelopeOf,
  Gap,
  isNewer,
  type DeltaEnvelope,
  type Envelope,
  type FullEnvelope,
  type Queue,
} from "./queue.js";
export type * from "./records.js";
export { Sender, type SendOptions } from "./send.js";
export { messages, type Message } from "./sse.js";
