import Database from "../../vendor/emoji-picker-element/database.js";
import { plainEmoji } from "./plain_emoji.js";

export const DATA = import.meta.resolve("../../vendor/emoji-picker-element-data/en/emojibase/data.json");

/** No looking for what this system can draw: without a colour font it would offer nothing, though others could see it. */
export const EMOJI_VERSION = 15;

const database = new Database({ dataSource: DATA, locale: "en" });

/**
 * Emoji whose names or keywords begin so, each in the skin tone that was chosen in the picker.
 *
 * @param {string} words
 * @returns {Promise<import("../composer/emoji_query.js").NamedEmoji[]>}
 */
export async function findEmoji(words) {
  const [found, tone] = await Promise.all([database.getEmojiBySearchQuery(words), database.getPreferredSkinTone()]);
  return found.flatMap((one) => {
    if (!("unicode" in one) || one.version > EMOJI_VERSION) return [];
    const toned = one.skins?.find((skin) => skin.tone === tone)?.unicode ?? one.unicode;
    return [{ emoji: plainEmoji(toned), names: one.shortcodes ?? [] }];
  });
}
