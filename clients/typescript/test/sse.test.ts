import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { messages, type Message } from "../src/index.js";

async function read(...chunks: (string | Uint8Array)[]): Promise<Message[]> {
  const bytes = chunks.map((chunk) =>
    typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk,
  );
  const found: Message[] = [];
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of bytes) controller.enqueue(chunk);
      controller.close();
    },
  });
  for await (const message of messages(body)) found.push(message);
  return found;
}

async function data(...chunks: (string | Uint8Array)[]): Promise<string[]> {
  return (await read(...chunks)).map((message) => message.data);
}

describe("an event stream", () => {
  it("gives kind and data of each message", async () => {
    assert.deepEqual(await read("event: update\nid: 7\ndata: x\n\ndata:y\n\n"), [
      { event: "update", data: "x", retry: null },
      { event: "message", data: "y", retry: null },
    ]);
  });

  it("may be cut into chunks anywhere, within a character too", async () => {
    const bytes = new TextEncoder().encode("data: für 夜曲 🎵\r\n\r\ndata: b\r\rdata: c\n\n");
    for (let cut = 1; cut < bytes.length; cut++) {
      const cutInTwo = await data(bytes.slice(0, cut), bytes.slice(cut));
      assert.deepEqual(cutInTwo, ["für 夜曲 🎵", "b", "c"]);
    }
  });

  it("parts no line at what is a line end elsewhere", async () => {
    assert.deepEqual(await data("data: a\u2028b\u0085c\u000bd\n\n"), ["a\u2028b\u0085c\u000bd"]);
  });

  it("has data of many lines", async () => {
    assert.deepEqual(await data("data: a\ndata\ndata: b\n\n"), ["a\n\nb"]);
  });

  it("has comments, which are no messages", async () => {
    assert.deepEqual(await data(": keep-alive\n\n", "data: a\n: hm\n\n"), ["a"]);
  });

  it("may say how soon to come back", async () => {
    const [message] = await read("retry: 20\n\n", "retry: soon\ndata: x\n\n");

    assert.deepEqual(message, { event: "message", data: "", retry: 20 });
  });

  it("drops a message that its end cuts off", async () => {
    assert.deepEqual(await data("data: a\n\ndata: b\n"), ["a"]);
  });

  it("is let go of when its reader stops", async () => {
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("data: a\n\n")),
      cancel: () => void (isCancelled = true),
    });

    for await (const _ of messages(body)) break;

    assert.ok(isCancelled);
  });
});
