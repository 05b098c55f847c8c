import { StandIn } from "../dialogs/stand_in.js";

/**
 * What buttons (by `data-command`) and keys can call up. Each is loaded when it is first wanted.
 *
 * @type {Record<string, () => Promise<(app: import("./app_interface.js").AppInterface) => void>>}
 */
const COMMANDS = {
  switch: async () => (await import("../rooms/dialogs/quick_switcher.js")).openQuickSwitcher,
  search: async () => (await import("../search/search_dialog.js")).openSearch,
  create: async () => (await import("../rooms/dialogs/create_room.js")).openCreateRoom,
  browse: async () => (await import("../rooms/dialogs/browse_rooms.js")).openBrowseRooms,
  direct: async () => (await import("../people/direct_message.js")).openDirectMessage,
  room: async () => (await import("../rooms/dialogs/room_menu.js")).openRoomMenu,
  rename: async () => (await import("../rooms/dialogs/rename_room.js")).openRenameRoom,
  leave: async () => (await import("../rooms/dialogs/leave_room.js")).openLeaveRoom,
  files: async () => (await import("../files/list/files_list.js")).openFiles,
  add: async () => (await import("../rooms/dialogs/add_people.js")).openAddPeople,
  keys: async () => (await import("./shortcuts_dialog.js")).openShortcuts,
};

const WITHOUT_TEXT = new Set(["room", "leave", "keys"]);

/** @param {string} name @param {import("./app_interface.js").AppInterface} app */
export async function runCommand(name, app) {
  // At once, so that what is typed next does not land in the composer.
  const standIn = new StandIn(!WITHOUT_TEXT.has(name));
  const { dialog } = standIn;
  dialog.open();
  try {
    const open = await COMMANDS[name]?.();
    await standIn.composed();
    // Who closed it, or called up something else, does not wait for this any more.
    if (dialog.isOpen && open) standIn.giveWayTo(() => open(app));
    dialog.close();
  } catch (error) {
    // A module that did not come is a TypeError, in every browser.
    if (!(error instanceof TypeError)) throw error;
    dialog.showProblem("This could not be loaded. Check the connection and try again.");
  }
}

/** Makes the page's buttons work. @param {(command: string) => void} run */
export function listenForCommands(run) {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-command]") : null;
    if (button instanceof HTMLElement) run(button.dataset.command ?? "");
  });
}
