import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { ApiError, ask } from "../../frontend/static/frontend/js/connection/api.js";

const { fetch } = globalThis;

afterEach(() => {
  globalThis.fetch = fetch;
});

/** The next request is answered so. */
function answer(body, init) {
  globalThis.fetch = async () => new Response(body, init);
}

test("an answer that is none of ours is an error that says so", async () => {
  for (const body of ["<title>Welcome to the hotel</title>", "", "null"]) {
    answer(body, { status: 200 });
    await assert.rejects(
      ask("GET", "/api/people/"),
      (error) => error instanceof ApiError && /in place of the server/.test(error.message),
    );
  }
});

test("an answer of ours is handed on, and a refusal says why", async () => {
  answer('{"people": []}');
  assert.deepEqual(await ask("GET", "/api/people/"), { people: [] });
  answer('{"code": "forbidden", "message": "log in first"}', { status: 401 });
  await assert.rejects(ask("GET", "/api/people/"), { message: "log in first" });
  answer("<h1>Bad gateway</h1>", { status: 502 });
  await assert.rejects(ask("GET", "/api/people/"), /502/);
});
