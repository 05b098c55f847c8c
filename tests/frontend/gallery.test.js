import assert from "node:assert/strict";
import { test } from "node:test";
import { Gallery } from "../../frontend/static/frontend/js/files/viewer/gallery.js";

/** Picture `place` of a message. @returns {import("../../frontend/static/frontend/js/files/viewer/gallery.js").RoomFile} */
const picture = (message, place = 0) => ({
  ...{ id: `${message}-${place}`, name: "a.jpg", type: "image/jpeg", bytes: 1, width: 4, height: 3, url: "/files/" },
  ...{ message, seq: message, at: "2026-11-22T10:00:00.000Z", sender: { id: 1, name: "Alice" } },
});

/** A room of these pictures, a page at a time, as the server gives them; it notes what it is asked. */
function room(pictures, page = 2) {
  const asked = [];
  const ask = async (place) => {
    const { before, after } = place;
    asked.push(before === undefined ? `after ${after}` : `before ${before}`);
    const found = pictures.filter(({ message }) => (before === undefined ? message > after : message < before));
    const files = before === undefined ? found.slice(0, page) : found.slice(-page);
    return { files, more: files.length < found.length };
  };
  return { asked, ask };
}

/** Goes in one direction to the end. */
async function walk(gallery, step) {
  const ids = [];
  while (await gallery.go(step)) ids.push(gallery.current.id);
  return ids;
}

test("it leads through all pictures of the room in both directions, each once, in the order they were sent", async () => {
  const all = [picture(1), picture(2), picture(4, 0), picture(4, 1), picture(4, 2), picture(7), picture(8), picture(9)];
  const { asked, ask } = room(all);
  const gallery = new Gallery(all.slice(2, 5), "4-1", ask);
  assert.equal(gallery.current.id, "4-1");
  assert.deepEqual(await walk(gallery, -1), ["4-0", "2-0", "1-0"]);
  assert.deepEqual(await walk(gallery, 1), ["2-0", "4-0", "4-1", "4-2", "7-0", "8-0", "9-0"]);
  assert.deepEqual(asked, ["before 4", "after 4", "after 8"]);
  assert.deepEqual([gallery.mayGo(-1), gallery.mayGo(1)], [true, false]);
});

test("one that is at an end learns only there that it is one", async () => {
  const { ask } = room([picture(3)]);
  const gallery = new Gallery([picture(3)], "3-0", ask);
  assert.equal(gallery.mayGo(1), true);
  assert.equal(await gallery.go(1), false);
  assert.deepEqual([gallery.mayGo(1), gallery.current.id], [false, "3-0"]);
});

test("asked twice before the answer is there, it asks the server once and goes two further", async () => {
  const all = [picture(1), picture(2), picture(3)];
  const { asked, ask } = room(all);
  const gallery = new Gallery([all[0]], "1-0", ask);
  assert.deepEqual(await Promise.all([gallery.go(1), gallery.go(1)]), [true, true]);
  assert.deepEqual([asked, gallery.current.id], [["after 1"], "3-0"]);
});

test("both directions may be on their way at once: where one is stays where one is", async () => {
  const all = [picture(1), picture(2), picture(3), picture(4), picture(5)];
  const gallery = new Gallery([all[2]], "3-0", room(all).ask);
  await Promise.all([gallery.expect(1), gallery.expect(-1)]);
  assert.equal(gallery.current.id, "3-0");
  assert.deepEqual(gallery.pictures, all);
});

test("what failed can be tried again", async () => {
  const { ask } = room([picture(1), picture(2)]);
  let broken = true;
  const gallery = new Gallery([picture(1)], "1-0", async (place) => {
    if (broken) throw new Error("no line");
    return ask(place);
  });
  await assert.rejects(gallery.go(1));
  assert.equal(gallery.mayGo(1), true);
  broken = false;
  assert.equal(await gallery.go(1), true);
});

test("a message that is gone takes its pictures along, and no others; what is looked at stays", () => {
  const all = [picture(1), picture(2, 0), picture(2, 1), picture(3)];
  const gallery = new Gallery(all, "3-0", null);
  assert.equal(gallery.remove(2), false);
  assert.equal(gallery.current.id, "3-0");
  assert.equal(gallery.remove(3), true);
  assert.equal(gallery.current.id, "1-0");
  assert.equal(gallery.remove(1), true);
  assert.equal(gallery.current, undefined);
});

test("what the server does not have yet has no neighbours but those of its own message", async () => {
  const gallery = new Gallery([picture(0, 0), picture(0, 1)], "0-0", null);
  assert.equal(gallery.mayGo(-1), false);
  assert.deepEqual(await walk(gallery, 1), ["0-1"]);
});
