import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  anticipated,
  lessonOf,
  linear,
  modeStep,
  rescored,
  unpacked,
  type DeviceModel,
  type PlaybackEvent,
  type PlaylistUpdate,
  type Slot,
} from "../src/index.js";

interface Ranked {
  name: string;
  update: PlaylistUpdate;
  event: PlaybackEvent;
  vectors: Record<string, string>;
  next: DeviceModel;
  rescored: [string, number][];
  anticipated: [string, number][];
}

/** What the Python client comes to, from sessions of the real ranker. */
const CASES: Ranked[] = JSON.parse(
  readFileSync(new URL("../../test/device.json", import.meta.url), "utf8"),
);

function agree(slots: Slot[], expected: [string, number][]): void {
  assert.deepEqual(slots.map((slot) => slot.track_id), expected.map(([track]) => track));
  for (const [index, [, score]] of expected.entries()) {
    assert.ok(Math.abs((slots[index]?.score ?? NaN) - score) < 1e-5);
  }
}

describe("ranking on the device", () => {
  for (const { name, update, event, vectors, next, ...expected } of CASES) {
    const known = new Map(Object.entries(vectors).map(([id, text]) => [id, unpacked(text)]));

    it(`rescores as the Python client does: ${name}`, () => {
      agree(rescored(update, known, next), expected.rescored);
    });

    it(`anticipates as the Python client does: ${name}`, () => {
      agree(anticipated(update, known, event), expected.anticipated);
    });
  }

  it("leaves the order alone where nothing has changed", () => {
    const { update, vectors } = CASES[0] as Ranked;
    const known = new Map(Object.entries(vectors).map(([id, text]) => [id, unpacked(text)]));

    assert.deepEqual(rescored(update, known, update.device as DeviceModel), update.slots);
  });

  it("does nothing where the update carries no weights", () => {
    const { update, next } = CASES[0] as Ranked;

    assert.deepEqual(rescored({ ...update, device: null }, new Map(), next), update.slots);
  });
});

describe("the linear part", () => {
  it("is the product with the weights, and the bias", () => {
    // float32 0.5 and -2 in little-endian bytes.
    const weights = btoa(String.fromCharCode(0, 0, 0, 63, 0, 0, 0, 192));

    assert.deepEqual([...unpacked(weights)], [0.5, -2]);
    assert.equal(linear({ weights, bias: 0.25, l2: 1 }, Float32Array.of(2, 1)), -0.75);
  });
});

describe("one step to the mode", () => {
  for (const margin of [-30, -2, 0, 3.4, 30]) {
    for (const gain of [0.01, 0.6, 5, 500]) {
      for (const label of [0, 1] as const) {
        it(`solves its equation: margin ${margin}, gain ${gain}, label ${label}`, () => {
          const step = modeStep(margin, 4, { label, weight: gain }, 1);

          const p = 1 / (1 + Math.exp(-(margin + 4 * step)));
          assert.ok(Math.abs(step - gain * (label - p)) < 1e-9 * Math.max(1, gain));
        });
      }
    }
  }
});

describe("an act", () => {
  const identity = {
    event_id: "e",
    listener_id: "ann",
    session_id: "s",
    occurred_at: "2026-05-10T12:00:00Z",
    track_id: "t",
  };

  it("that is a skip says less the later it comes", () => {
    const skip = (position_seconds: number) =>
      lessonOf({ ...identity, action: "skipped", position_seconds, duration_seconds: 200 });

    assert.deepEqual(skip(4), { label: 0, weight: 0.6 });
    assert.deepEqual(skip(120), { label: 1, weight: 0.3 });
    assert.ok(Math.abs((skip(55)?.weight ?? 0) - 0.36) < 1e-12); // halfway from 10 s to 100 s
  });

  it("that only begins a track says nothing", () => {
    assert.equal(lessonOf({ ...identity, action: "started" }), null);
  });
});
