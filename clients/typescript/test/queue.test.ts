import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { answers, apply, envelopeOf, Gap, isNewer } from "../src/index.js";
import { delta, full, held, tracksOf } from "./stories.js";

const ONE = held("1-1", "a", "b", "c");
const TWO = held("2-1", "b", "d", "c");
const THREE = held("3-1", "d", "b");

describe("a queue", () => {
  it("is what a full envelope says", () => {
    assert.deepEqual(apply(null, full(ONE)), ONE);
    assert.deepEqual(apply(ONE, full(THREE)), THREE);
  });

  it("changes by a delta on what is held", () => {
    assert.deepEqual(apply(ONE, delta(ONE, TWO)), TWO);
  });

  it("takes changed slots over those that were held", () => {
    const louder = delta(ONE, TWO);
    louder.slots.changed.push({ track_id: "b", score: 7, locked: true });

    const queue = apply(ONE, louder);

    assert.ok(!(queue instanceof Gap));
    assert.deepEqual(queue.update.slots[0], { track_id: "b", score: 7, locked: true });
  });

  it("stays the very same object where an envelope is no newer", () => {
    assert.equal(apply(TWO, full(ONE)), TWO);
    assert.equal(apply(TWO, full(TWO)), TWO);
    assert.equal(apply(TWO, delta(held("1-9"), held("2-1", "x"))), TWO);
  });

  it("has a gap where a delta builds on something else", () => {
    const gap = apply(ONE, delta(TWO, THREE));

    assert.ok(gap instanceof Gap);
    assert.equal(gap.why, "3-1 builds on 2-1, but 1-1 is held");
    assert.ok(apply(null, delta(ONE, TWO)) instanceof Gap);
  });

  it("has a gap where the order names a track that nobody told of", () => {
    const broken = delta(ONE, TWO);
    broken.slots.order.push("unheard-of");

    assert.ok(apply(ONE, broken) instanceof Gap);
  });

  it("does not change what was held before", () => {
    const before = structuredClone(ONE);

    apply(ONE, delta(ONE, TWO));

    assert.deepEqual(ONE, before);
    assert.deepEqual(tracksOf(ONE), ["a", "b", "c"]);
  });
});

describe("ids", () => {
  it("are compared as numbers, the revision first", () => {
    assert.ok(isNewer("10-1", "9-7"));
    assert.ok(isNewer("9-10", "9-9"));
    assert.ok(!isNewer("9-9", "9-9"));
    assert.ok(!isNewer("9-9", "10-1"));
  });
});

describe("messages", () => {
  it("are envelopes, where they have what those must have", () => {
    assert.deepEqual(envelopeOf(JSON.stringify(full(ONE))), full(ONE));
  });

  it("of an unknown kind are none, and no gap", () => {
    assert.equal(envelopeOf('{"kind":"hint"}'), null);
  });

  for (const [what, data] of Object.entries({
    "no JSON": "{",
    "no object": "7",
    "no id": '{"kind":"full","revision":1,"update":{"slots":[]}}',
    "an id of another form": '{"kind":"full","id":"one","revision":1,"update":{"slots":[]}}',
    "no slots": '{"kind":"full","id":"1-1","revision":1,"update":{}}',
    "slots without tracks": '{"kind":"full","id":"1-1","revision":1,"update":{"slots":[{}]}}',
    "no base": '{"kind":"delta","id":"1-1","revision":1,"slots":{},"update":{}}',
  })) {
    it(`with ${what} are a gap`, () => assert.ok(envelopeOf(data) instanceof Gap));
  }
});

describe("an update", () => {
  it("answers what caused it, alone or in a burst", () => {
    const update = { ...ONE.update, burst: ["e1", "e2"] };

    assert.ok(answers(update, "event-1-1"));
    assert.ok(answers(update, "e2"));
    assert.ok(!answers(update, "e3"));
    assert.ok(!answers(ONE.update, "e2"));
  });
});
