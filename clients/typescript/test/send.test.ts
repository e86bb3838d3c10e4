import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Client, OutboxFull, Refused, type Entry } from "../src/index.js";
import { acceptAll, MemoryStorage, QUICK, reply, serving, type Asked } from "./stories.js";

function idsIn(requests: Asked[]): string[][] {
  return requests.map(({ body }) =>
    (body.events ?? [body]).map((event: { event_id: string }) => event.event_id),
  );
}

describe("an event", () => {
  it("is accepted once the gateway says so", async () => {
    await serving(acceptAll, async (url, requests) => {
      const session = new Client({ url, token: "secret" }).session("ann", "s1");

      const { event, accepted } = session.act("skipped", "t1", { position_seconds: 4 });
      await accepted;

      assert.deepEqual(requests[0]?.body, { events: [event] });
      assert.equal(requests[0]?.headers.authorization, "Bearer secret");
      assert.equal(event.listener_id, "ann");
      assert.match(event.event_id, /^[0-9a-f]{32}$/);
    });
  });

  it("goes with those that were sent in the same moment, in their order", async () => {
    await serving(acceptAll, async (url, requests) => {
      const client = new Client({ url });
      const session = client.session("ann", "s1");

      const sent = ["a", "b", "c"].map((track) => session.act("liked", track));
      await client.sender.flush();

      assert.deepEqual(idsIn(requests), [sent.map(({ event }) => event.event_id)]);
    });
  });

  it("keeps its place among words, which go alone", async () => {
    await serving(acceptAll, async (url, requests) => {
      const client = new Client({ url });
      const session = client.session("ann", "s1");

      session.act("liked", "a");
      session.say("calmer");
      session.command("end");
      await client.sender.flush();

      const paths = requests.map((request) => request.url);
      assert.deepEqual(paths, ["/v1/events", "/v1/intents", "/v1/events"]);
    });
  });

  it("is sent again until the gateway is there, under the same id", async () => {
    const troubles: unknown[] = [];
    const busy = (asked: Asked, index: number, response: Parameters<typeof acceptAll>[2]) => {
      if (index === 0) return void response.destroy();
      if (index === 1) return reply(response, 503, { title: "no" });
      return acceptAll(asked, index, response);
    };
    await serving(busy, async (url, requests) => {
      const options = { url, backoff: QUICK, onTrouble: (why: unknown) => troubles.push(why) };
      const { event, accepted } = new Client(options).session("ann", "s1").act("liked", "a");

      await accepted;

      assert.deepEqual(idsIn(requests), Array(3).fill([event.event_id]));
      assert.equal(troubles.length, 2);
    });
  });

  it("waits as long as the gateway asks", async () => {
    const busy = (asked: Asked, index: number, response: Parameters<typeof acceptAll>[2]) =>
      index === 0
        ? reply(response, 429, { title: "busy" }, { "Retry-After": "0.2" })
        : acceptAll(asked, index, response);
    await serving(busy, async (url) => {
      const began = performance.now();

      await new Client({ url, backoff: QUICK }).session("ann", "s1").act("liked", "a").accepted;

      assert.ok(performance.now() - began >= 190);
    });
  });

  it("that is refused is given up, and those around it are not", async () => {
    const picky = (asked: Asked, _: number, response: Parameters<typeof acceptAll>[2]) => {
      const problem = { type: "/problems/unknown-track", title: "no such track", status: 422 };
      const events: { event_id: string; track_id: string }[] = asked.body.events;
      const results = events.map(({ event_id, track_id }) =>
        track_id === "bad"
          ? { event_id, accepted: false, problem }
          : { event_id, accepted: true },
      );
      reply(response, 207, { results });
    };
    await serving(picky, async (url) => {
      const told: Entry[] = [];
      const client = new Client({ url, onRefused: (entry) => told.push(entry) });
      const session = client.session("ann", "s1");

      const good = session.act("liked", "good");
      const bad = session.act("liked", "bad");
      const late = session.act("liked", "late");

      await Promise.all([good.accepted, late.accepted]);
      await assert.rejects(bad.accepted, (error) => {
        assert.ok(error instanceof Refused);
        return error.message === "no such track" && error.status === 422;
      });
      assert.deepEqual(told.map(({ event }) => event), [bad.event]);
      assert.equal(client.sender.waiting, 0);
    });
  });

  it("that spoils a batch is found, where the answer does not tell which it is", async () => {
    const strict = (asked: Asked, index: number, response: Parameters<typeof acceptAll>[2]) =>
      asked.body.events.some((event: { track_id: string }) => event.track_id === "bad")
        ? reply(response, 422, { title: "malformed" })
        : acceptAll(asked, index, response);
    await serving(strict, async (url, requests) => {
      const session = new Client({ url }).session("ann", "s1");

      const sent = ["a", "bad", "b", "c"].map((track) => session.act("liked", track));
      const ends = await Promise.allSettled(sent.map(({ accepted }) => accepted));

      assert.deepEqual(
        ends.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled", "fulfilled"],
      );
      assert.deepEqual(idsIn(requests).map((ids) => ids.length), [4, 1, 1, 2]);
    });
  });

  it("is sent under a new token when the old one has expired", async () => {
    const tokens = ["old", "new"];
    const strict = (asked: Asked, index: number, response: Parameters<typeof acceptAll>[2]) =>
      asked.headers.authorization === "Bearer new"
        ? acceptAll(asked, index, response)
        : reply(response, 401, { title: "expired" });
    await serving(strict, async (url, requests) => {
      const client = new Client({ url, token: () => tokens.shift() ?? "new" });

      await client.session("ann", "s1").act("liked", "a").accepted;

      assert.equal(requests.length, 2);
    });
  });
});

describe("what waits", () => {
  it("is bounded: there is no room for one more", async () => {
    const client = new Client({ url: "http://127.0.0.1:9", capacity: 2, backoff: QUICK });
    const session = client.session("ann", "s1");
    session.act("liked", "a");
    session.act("liked", "b");

    assert.throws(() => session.act("liked", "c"), OutboxFull);
    assert.equal(client.sender.waiting, 2);
    client.close();
  });

  it("outlives the page, in its order", async () => {
    const storage = new MemoryStorage();
    const gone = new Client({ url: "http://127.0.0.1:9", storage, backoff: QUICK });
    const session = gone.session("ann", "s1");
    const sent = ["a", "b", "c"].map((track) => session.act("liked", track).event.event_id);
    gone.close();

    await serving(acceptAll, async (url, requests) => {
      const client = new Client({ url, storage });
      await client.sender.flush();

      assert.deepEqual(idsIn(requests), [sent]);
      assert.equal(storage.length, 0);
    });
  });

  it("is not overwritten by another tab that shares the storage", async () => {
    const storage = new MemoryStorage();
    const options = { url: "http://127.0.0.1:9", storage, backoff: QUICK };
    const tabs = [new Client(options), new Client(options)];
    for (const tab of tabs) {
      tab.session("ann", "s1").act("liked", "a");
      tab.close();
    }

    assert.equal(storage.length, 2);
  });

  it("leaves the storage's other things alone", async () => {
    const storage = new MemoryStorage();
    storage.setItem("volume", "0.8");

    await serving(acceptAll, async (url) => {
      await new Client({ url, storage }).session("ann", "s1").act("liked", "a").accepted;
    });

    assert.equal(storage.getItem("volume"), "0.8");
    assert.equal(storage.length, 1);
  });
});
