import { ask } from "../../connection/api.js";
import { Chooser } from "../../dialogs/chooser.js";
import { Dialog } from "../../dialogs/dialog.js";
import { goToPerson } from "../../people/direct_message.js";
import { personOption } from "../../people/person_option.js";
import { presenceMark } from "../../people/presence_mark.js";
import { roomSign } from "../room_sign.js";

/** @typedef {import("../../connection/protocol.js").Person} Person @typedef {import("../../connection/protocol.js").Room} Room */

/** Every room, where something happened last on top, then the people one has no room with yet. @param {import("../../app/app_interface.js").AppInterface} app */
export function openQuickSwitcher({ me, surroundings: { online }, rooms, pages, conversations }) {
  const chooser = new Chooser("Go to a room or a person", "Nothing of that name.");
  const dialog = new Dialog("Go to…", chooser.element).open();

  /** @param {Room} room */
  function roomOption({ id, name, kind, unread, with: person }) {
    const sign = person ? presenceMark(person.id, online) : roomSign(kind);
    const choose = () => {
      dialog.close();
      pages.go(id);
    };
    return { name, detail: unread > 0 ? `${unread} unread` : "", sign, choose };
  }

  const all = rooms.all;
  const elsewhere = all.filter(({ id }) => id !== conversations.current).map(roomOption);
  const known = new Set([me.id, ...all.map((room) => room.with?.id)]);
  chooser.show(elsewhere);
  void chooser.expect(
    dialog.load(
      () => ask("GET", "/api/people/"),
      ({ people }) => {
        const others = people.filter((/** @type {Person} */ { id }) => !known.has(id));
        chooser.show([
          ...elsewhere,
          ...others.map((/** @type {Person} */ person) =>
            personOption(person, online, () => goToPerson(person.id, dialog, pages)),
          ),
        ]);
      },
    ),
  );
}
