import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import "./support.js";
import { newClientId } from "../../frontend/static/frontend/js/outbox/items/client_id.js";
import {
  CLOSE,
  MAX_BODY,
  VERSION,
  bodyLength,
  change,
  cleanBody,
  decode,
  hello,
} from "../../frontend/static/frontend/js/connection/protocol.js";

const golden = (side) => JSON.parse(readFileSync(new URL(`../frames/${side}.json`, import.meta.url), "utf8"));
const client = Object.fromEntries(golden("client").map(({ name, frame }) => [name, frame]));

test("every golden frame of the server is understood", () => {
  for (const { name, frame } of golden("server")) assert.deepEqual(decode(JSON.stringify(frame)), frame, name);
});

const { title, $defs: declared } = JSON.parse(
  readFileSync(new URL("../../docs/protocol.schema.json", import.meta.url), "utf8"),
);

test("this client knows every frame that a server is declared to send, and the golden frames have each", () => {
  const examples = new Set(golden("server").map(({ frame }) => frame.type));
  const types = declared.ServerFrame.oneOf.map(({ $ref }) => declared[$ref.split("/").at(-1)].properties.type.const);
  assert.deepEqual([...examples].sort(), types.sort());
  for (const type of types) assert.notEqual(decode(JSON.stringify({ type })), null, type);
});

test("numbers that both sides hold are the same", () => {
  assert.equal(MAX_BODY, declared.Body.maxLength);
  assert.ok(title.endsWith(`version ${VERSION}`));
  const codes = declared.Close.oneOf.map((close) => close.const);
  assert.deepEqual(Object.values(CLOSE).sort(), codes.sort());
});

test("what this client sends is what the golden frames say", () => {
  assert.deepEqual(hello([], null), client["hello, first connection"]);
  assert.deepEqual(
    hello(
      [
        [7, 120],
        [8, 0],
      ],
      "e-4f1c",
    ),
    client["hello, again"],
  );
  const asked = (clientId, operation) => change({ clientId, operation: { room: 7, ...operation } });
  const sent = { kind: "send", body: "Hello", replyTo: null };
  assert.deepEqual(asked("Zk3vQm0_xT-8aYbNfR2LwE", sent), client["send"]);
  assert.deepEqual(asked("Zk3vQm0_xT-8aYbNfR2LwE", { ...sent, replyTo: 9001 }), client["send, a reply"]);
  assert.deepEqual(asked("edit-1", { kind: "edit", message: 9001, body: "Hello, all" }), client["edit"]);
  assert.deepEqual(asked("delete-1", { kind: "delete", message: 9001 }), client["delete"]);
  assert.deepEqual(asked("react-1", { kind: "react", message: 9001, emoji: "👍", on: true }), client["react"]);
  assert.deepEqual(
    asked("react-2", { kind: "react", message: 9001, emoji: "👍", on: false }),
    client["react, taken back"],
  );
});

test("what is no frame is nothing", () => {
  for (const text of ["", "{", "null", "[]", "7", '"ack"', '{"type": "confetti"}', "{}", new ArrayBuffer(2)])
    assert.equal(decode(text), null);
});

test("a body keeps its inner shape and loses what a server must refuse", () => {
  assert.equal(cleanBody("  indented\r\n\r\n\tcode  \n\n"), "  indented\n\n\tcode");
  assert.equal(cleanBody("\n \n text"), " text");
  assert.equal(cleanBody("a\u0000b\u0007c\u007f"), "abc");
  assert.equal(cleanBody("half \ud83d and whole \ud83d\ude00"), "half \ufffd and whole \ud83d\ude00");
  for (const nothing of ["", "   ", "\n\n", "\u0000", " \t\r\n"]) assert.equal(cleanBody(nothing), "");
});

test("length counts characters as the server does", () => {
  assert.equal(bodyLength("x".repeat(MAX_BODY + 1)), MAX_BODY + 1);
  assert.equal(bodyLength("😀".repeat(MAX_BODY)), MAX_BODY);
});

test("the longest body fits into one frame", () => {
  for (const letter of ["😀", "\n", '"', "\\", "\u0001"]) {
    const body = `.${cleanBody(`${letter.repeat(MAX_BODY - 2)}.`)}`;
    const frame = change({
      clientId: newClientId(),
      operation: { kind: "send", room: 2 ** 53, body, replyTo: 2 ** 53 },
    });
    assert.ok(new TextEncoder().encode(JSON.stringify(frame)).length < 64 * 1024);
  }
});

test("client ids are 22 characters of the protocol's alphabet, and never the same", () => {
  const ids = Array.from({ length: 2000 }, newClientId);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{22}$/);
  assert.equal(new Set(ids).size, ids.length);
});
