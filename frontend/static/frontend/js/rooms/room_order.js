/** @typedef {import("../connection/protocol.js").Room} Room */

/** For sorting: where something happened last comes first. @param {Room} a @param {Room} b */
export function byActivity(a, b) {
  return Date.parse(b.active_at) - Date.parse(a.active_at) || a.name.localeCompare(b.name) || a.id - b.id;
}

/**
 * The two groups of the list, each with what is newest first.
 *
 * @param {Iterable<Room>} rooms
 * @returns {{rooms: Room[], direct: Room[]}}
 */
export function grouped(rooms) {
  const all = [...rooms].sort(byActivity);
  return { rooms: all.filter(({ kind }) => kind !== "direct"), direct: all.filter(({ kind }) => kind === "direct") };
}
