import { ask } from "../connection/api.js";
import { completeWhenWanted } from "../composer/complete_when_wanted.js";
import { find } from "../dom/elements.js";
import { Members } from "../rooms/members.js";
import { MentionMarks } from "../text/mention_marks.js";
import { MentionNames } from "../text/mention_names.js";
import { mentionedNames } from "../text/markdown.js";

/** Names after `@`: offered while one writes, marked where one reads. Members are asked for when somebody is first mentioned. */
export class Mentions {
  /** @param {{me: import("../connection/protocol.js").Person, conversations: {current: number}}} app */
  constructor({ me, conversations }) {
    this.me = me;
    this.members = new Members(async (room) => (await ask("GET", `/api/rooms/${room}/members/`)).members);
    const here = () => this.members.of(conversations.current);
    this.marks = new MentionMarks(find("#messages", HTMLElement), me, here);
    completeWhenWanted(find("#composer textarea", HTMLTextAreaElement), async () =>
      (await here()).filter(({ id }) => id !== me.id),
    );
  }

  /** A connection begins: what happened before it may be unknown here. */
  connected() {
    this.members.forget();
  }

  /** Whether a text calls the reader. The others' names tell "@Ann" from "@Ann Smith". @param {number} room @param {string} text */
  async callMe(room, text) {
    const { name } = this.me;
    if (!mentionedNames(text, new MentionNames([name])).has(name)) return false;
    const people = await this.members.of(room).catch(() => []);
    return mentionedNames(text, new MentionNames([name, ...people.map((person) => person.name)])).has(name);
  }

  /** @param {number} room @param {{id: number, name: string, joined: boolean}} member */
  memberChanged(room, member) {
    this.members.changed(room, member);
    this.marks.refresh();
  }
}
