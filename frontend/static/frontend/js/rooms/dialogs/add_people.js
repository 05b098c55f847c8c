import { ask } from "../../connection/api.js";
import { Chooser } from "../../dialogs/chooser.js";
import { Dialog } from "../../dialogs/dialog.js";
import { make } from "../../dom/elements.js";
import { personOption } from "../../people/person_option.js";

/** @typedef {import("../../connection/protocol.js").Person} Person */

/** Adds people to the open room, one after the other. @param {import("../../app/app_interface.js").AppInterface} app */
export function openAddPeople({ surroundings: { online }, rooms, conversations }) {
  const room = rooms.get(conversations.current);
  if (!room) return;
  const path = `/api/rooms/${room.id}/members/`;
  const chooser = new Chooser("Find a person to add", "There is nobody else of that name to add.");
  const added = make("p", "dialog-news");
  added.setAttribute("role", "status");
  const dialog = new Dialog(`Add people to ${room.name}`, chooser.element, added).open();
  /** @type {Person[]} */
  let others = [];

  /** @param {Person} person */
  function add(person) {
    void dialog.attempt(
      () => ask("POST", path, { user: person.id }),
      () => {
        others = others.filter(({ id }) => id !== person.id);
        added.textContent = `${person.name} is now a member.`;
        show();
      },
    );
  }

  function show() {
    chooser.show(others.map((person) => personOption(person, online, () => add(person))));
  }

  void chooser.expect(
    dialog.load(
      () => Promise.all([ask("GET", "/api/people/"), ask("GET", path)]),
      ([{ people }, { members }]) => {
        const inside = new Set(members.map((/** @type {Person} */ { id }) => id));
        others = people.filter((/** @type {Person} */ { id }) => !inside.has(id));
        show();
      },
    ),
  );
}
