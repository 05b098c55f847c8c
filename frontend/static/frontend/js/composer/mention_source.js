import { avatar } from "../messages/avatar.js";
import { make } from "../dom/elements.js";
import { mentionQuery, mentionable } from "./mention_query.js";

/** Names after `@`. @param {() => Promise<import("../connection/protocol.js").Person[]>} people who can be mentioned at this time @returns {import("./completion.js").Source} */
export const mentionSource = (people) => ({
  label: "People to mention",
  query: mentionQuery,
  offers: async (query) =>
    mentionable(await people(), query).map((person) => ({
      text: `@${person.name}`,
      shown: [avatar(person), make("span", "", person.name)],
    })),
});
