import { ask } from "../connection/api.js";
import { Chooser } from "../dialogs/chooser.js";
import { Dialog } from "../dialogs/dialog.js";
import { personOption } from "./person_option.js";

/** @typedef {import("../connection/protocol.js").Person} Person */

/** Choosing somebody opens the room of the two, which is made if there is none. @param {import("../app/app_interface.js").AppInterface} app */
export function openDirectMessage({ me, surroundings: { online }, pages }) {
  const chooser = new Chooser("Find a person to write to", "There is nobody of that name.");
  const dialog = new Dialog("Write to somebody", chooser.element).open();
  void chooser.expect(
    dialog.load(
      () => ask("GET", "/api/people/"),
      ({ people }) => {
        const others = people.filter((/** @type {Person} */ { id }) => id !== me.id);
        chooser.show(
          others.map((/** @type {Person} */ person) =>
            personOption(person, online, () => goToPerson(person.id, dialog, pages)),
          ),
        );
      },
    ),
  );
}

/** @param {number} user @param {Dialog} dialog @param {import("../rooms/room_pages.js").RoomPages} pages */
export function goToPerson(user, dialog, pages) {
  void dialog.attempt(
    () => ask("POST", "/api/direct/", { user }),
    ({ id }) => pages.go(id, dialog),
  );
}
