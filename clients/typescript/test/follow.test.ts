import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Client, Refused, type Envelope, type Status } from "../src/index.js";
import { delta, full, held, QUICK, reply, serving, tracksOf, type Asked } from "./stories.js";

const ONE = held("1-1", "a", "b");
const TWO = held("2-1", "b", "c");

type Response = Parameters<typeof reply>[0];

function stream(response: Response, ...envelopes: Envelope[]): void {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  for (const envelope of envelopes) response.write(`data: ${JSON.stringify(envelope)}\n\n`);
}

describe("who follows a session", () => {
  it("goes on after a break, from what is held", async () => {
    const breaking = (_: Asked, index: number, response: Response) => {
      stream(response, index === 0 ? full(ONE) : delta(ONE, TWO));
      if (index === 0) response.end();
    };
    await serving(breaking, async (url, requests) => {
      const session = new Client({ url, token: "secret" }).session("ann", "s 1");
      const seen: string[][] = [];
      const statuses: Status[] = [];
      const options = { backoff: QUICK, onStatus: (status: Status) => statuses.push(status) };

      for await (const queue of session.follow(options)) {
        seen.push(tracksOf(queue));
        if (seen.length === 2) break;
      }

      assert.deepEqual(seen, [["a", "b"], ["b", "c"]]);
      assert.equal(requests[0]?.url, "/v1/sessions/s%201/updates?listener=ann");
      assert.equal(requests[0]?.headers["last-event-id"], undefined);
      assert.equal(requests[1]?.headers["last-event-id"], "1-1");
      assert.equal(requests[1]?.headers.authorization, "Bearer secret");
      assert.deepEqual(statuses, ["connecting", "live", "waiting", "connecting", "live"]);
    });
  });

  it("goes on from a queue that an earlier page held", async () => {
    const answer = (_: Asked, __: number, response: Response) => stream(response, delta(ONE, TWO));
    await serving(answer, async (url, requests) => {
      const session = new Client({ url }).session("ann", "s1");

      for await (const queue of session.follow({ held: ONE })) {
        assert.deepEqual(tracksOf(queue), ["b", "c"]);
        break;
      }

      assert.equal(requests[0]?.headers["last-event-id"], "1-1");
    });
  });

  it("takes a connection for dead that has gone silent", async () => {
    const silent = (_: Asked, index: number, response: Response) =>
      stream(response, ...(index === 0 ? [] : [full(ONE)]));
    await serving(silent, async (url, requests) => {
      const session = new Client({ url }).session("ann", "s1");

      for await (const _ of session.follow({ silenceMs: 100, backoff: QUICK })) break;

      assert.ok(requests.length >= 2);
    });
  });

  it("may take longer over a queue than the connection may be silent", async () => {
    const once = (_: Asked, __: number, response: Response) => {
      stream(response, full(ONE));
      setTimeout(() => response.write(`data: ${JSON.stringify(delta(ONE, TWO))}\n\n`), 20);
    };
    await serving(once, async (url, requests) => {
      const session = new Client({ url }).session("ann", "s1");
      let count = 0;

      for await (const _ of session.follow({ silenceMs: 1_000, backoff: QUICK })) {
        await new Promise((resolve) => setTimeout(resolve, 1_200));
        count += 1;
        if (count === 2) break;
      }

      assert.equal(requests.length, 1);
    });
  });

  it("is told what waiting will not mend", async () => {
    const unknown = (_: Asked, __: number, response: Response) =>
      reply(response, 404, { type: "/problems/unknown-session", title: "no such session" });
    await serving(unknown, async (url) => {
      const queues = new Client({ url }).session("ann", "s1").follow();

      await assert.rejects(queues.next(), (error) => {
        assert.ok(error instanceof Refused);
        return error.problem.type === "/problems/unknown-session" && error.status === 404;
      });
    });
  });

  it("stops by the signal, at once and without an error", async () => {
    const quiet = (_: Asked, __: number, response: Response) => stream(response);
    await serving(quiet, async (url) => {
      const stop = new AbortController();
      const queues = new Client({ url }).session("ann", "s1").follow({ signal: stop.signal });
      setTimeout(() => stop.abort(), 20);

      assert.deepEqual(await queues.next(), { value: undefined, done: true });
    });
  });
});
