import { Dialog } from "./dialog.js";

/**
 * What buttons (by `data-command`) and keys can call up. Each is loaded when it is first wanted.
 *
 * @type {Record<string, (parts: import("./parts.js").Parts) => Promise<void>>}
 */
const COMMANDS = {
  switch: async (parts) => (await import("../rooms/quick_switcher.js")).openQuickSwitcher(parts),
  search: async (parts) => (await import("../search/search_dialog.js")).openSearch(parts),
  create: async (parts) => (await import("../rooms/create_room.js")).openCreateRoom(parts),
  browse: async (parts) => (await import("../rooms/browse_rooms.js")).openBrowseRooms(parts),
  direct: async (parts) => (await import("../people/direct_message.js")).openDirectMessage(parts),
  room: async (parts) => (await import("../rooms/room_menu.js")).openRoomMenu(parts),
  add: async (parts) => (await import("../rooms/add_people.js")).openAddPeople(parts),
  keys: async () => (await import("./shortcuts_dialog.js")).openShortcuts(),
};

/** @param {string} name @param {import("./parts.js").Parts} parts */
export async function runCommand(name, parts) {
  try {
    await COMMANDS[name]?.(parts);
  } catch (error) {
    // A module that did not come is a TypeError, in every browser; it is fetched anew the next time.
    if (!(error instanceof TypeError)) throw error;
    new Dialog("Not now").open().showProblem("This could not be loaded. Check the connection and try again.");
  }
}

/** Makes the page's buttons work. @param {(command: string) => void} run */
export function listenForCommands(run) {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-command]") : null;
    if (button instanceof HTMLElement) run(button.dataset.command ?? "");
  });
}
