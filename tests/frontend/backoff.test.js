import assert from "node:assert/strict";
import { test } from "node:test";
import {
  RECONNECT,
  RESEND,
  ceiling,
  fullJitter,
  halfJitter,
} from "../../frontend/static/frontend/js/connection/backoff.js";

test("the ceiling doubles and stops at the cap", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((attempt) => ceiling(RECONNECT, attempt)),
    [500, 1000, 2000, 4000],
  );
  assert.equal(ceiling(RECONNECT, 7), 30_000);
  assert.equal(ceiling(RECONNECT, 5_000), 30_000);
});

test("full jitter reaches from nothing to the ceiling, never beyond 30 s", () => {
  assert.equal(
    fullJitter(RECONNECT, 3, () => 0),
    0,
  );
  assert.equal(
    fullJitter(RECONNECT, 3, () => 0.5),
    2000,
  );
  for (let attempt = 0; attempt < 100; attempt++) assert.ok(fullJitter(RECONNECT, attempt, () => 0.999999) < 30_000);
});

test("half jitter never waits less than half the ceiling", () => {
  assert.equal(
    halfJitter(RESEND, 0, () => 0),
    500,
  );
  assert.ok(halfJitter(RESEND, 0, () => 0.999) < 1000);
});
