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
  rename: async (parts) => (await import("../rooms/rename_room.js")).openRenameRoom(parts),
  leave: async (parts) => (await import("../rooms/leave_room.js")).openLeaveRoom(parts),
  add: async (parts) => (await import("../rooms/add_people.js")).openAddPeople(parts),
  keys: async () => (await import("./shortcuts_dialog.js")).openShortcuts(),
};

/** @param {string} name @param {import("./parts.js").Parts} parts */
export async function runCommand(name, parts) {
  // At once, so that what is typed next does not land in the composer.
  const waiting = new Dialog("One moment…").open();
  try {
    await COMMANDS[name]?.(parts);
    waiting.close();
  } catch (error) {
    // A module that did not come is a TypeError, in every browser.
    if (!(error instanceof TypeError)) throw error;
    waiting.showProblem("This could not be loaded. Check the connection and try again.");
  }
}

/** Makes the page's buttons work. @param {(command: string) => void} run */
export function listenForCommands(run) {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-command]") : null;
    if (button instanceof HTMLElement) run(button.dataset.command ?? "");
  });
}
