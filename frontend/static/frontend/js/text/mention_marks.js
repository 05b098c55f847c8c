import { MentionNames } from "./mention_names.js";
import { markMentions } from "./message_text.js";

/** @typedef {import("../connection/protocol.js").Person} Person */

/** Marks the names of members in the messages on show, whoever puts those there. */
export class MentionMarks {
  /** @type {WeakMap<Person[], MentionNames>} */
  #names = new WeakMap();

  /** @param {HTMLElement} box where messages appear @param {Person} me @param {() => Promise<Person[]>} people the members of the room on show */
  constructor(box, me, people) {
    this.box = box;
    this.me = me;
    this.people = people;
    const observer = new MutationObserver((records) =>
      this.#added(records.flatMap(({ addedNodes }) => [...addedNodes])),
    );
    observer.observe(box, { childList: true, subtree: true });
  }

  /** The members have changed. */
  refresh() {
    this.#added([this.box]);
  }

  /** @param {Node[]} nodes */
  async #added(nodes) {
    const bodies = nodes.flatMap((node) => (node instanceof Element ? bodiesOf(node) : []));
    const mentioning = bodies.filter((body) => body.textContent?.includes("@"));
    const people = mentioning.length > 0 && (await this.people().catch(() => null));
    // Those of a room that was left meanwhile wait until it is opened again.
    if (people) for (const body of mentioning) if (this.box.contains(body)) markMentions(body, this.#namesOf(people));
  }

  /** @param {Person[]} people */
  #namesOf(people) {
    const names =
      this.#names.get(people) ??
      new MentionNames(
        people.map(({ name }) => name),
        this.me.name,
      );
    this.#names.set(people, names);
    return names;
  }
}

/** @param {Element} node */
function bodiesOf(node) {
  const around = node.closest(".message-body");
  return around ? [around] : [...node.querySelectorAll(".message-body")];
}
