import { make } from "../dom/elements.js";
import { emojiFor, emojiQuery } from "./emoji_query.js";

/** Emoji by their names after `:`. Names and pictures are loaded when they are first wanted. @type {import("./completion.js").Source} */
export const emojiSource = {
  label: "Emoji",
  query: emojiQuery,
  offers: async (query) => {
    const { findEmoji } = await import("../emoji/emoji_data.js");
    return emojiFor(await findEmoji(query.replace(/:$/, "")), query).map(({ emoji, name }) => ({
      text: emoji,
      shown: [make("span", "completion-emoji", emoji), make("span", "", `:${name}:`)],
    }));
  },
};
