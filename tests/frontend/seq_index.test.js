import assert from "node:assert/strict";
import { test } from "node:test";
import { indexFor } from "../../frontend/static/frontend/js/timeline/seq_index.js";

test("entries put in one by one, in any order, end up ascending", () => {
  const entries = [];
  for (const seq of [5, 1, 9, 3, 7, 2, 8]) entries.splice(indexFor(entries, seq), 0, { seq });
  assert.deepEqual(
    entries.map(({ seq }) => seq),
    [1, 2, 3, 5, 7, 8, 9],
  );
  assert.equal(indexFor(entries, 3), 2);
  assert.equal(indexFor(entries, 100), 7);
});
