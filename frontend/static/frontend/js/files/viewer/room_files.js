import { ask } from "../../connection/api.js";

/** @typedef {import("./gallery.js").RoomFile} RoomFile */

/**
 * Asks for a part of what was sent to a room, in the order it was sent.
 *
 * @param {number} room
 * @param {{kind: "pictures" | "others", text?: string, before?: number, after?: number}} wanted
 * @param {AbortSignal} [signal]
 * @returns {Promise<{files: RoomFile[], more: boolean}>} `more`: there are further ones in the direction that was asked for
 */
export async function roomFiles(room, wanted, signal) {
  const query = new URLSearchParams(Object.entries(wanted).map(([name, value]) => [name, String(value)]));
  const { files, more } = await ask("GET", `/api/rooms/${room}/files/?${query}`, undefined, signal);
  return { files: files.reverse(), more };
}
