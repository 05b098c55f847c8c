/** The short form of an emoji: what is drawn in colour anyway needs no sign that says so. @param {string} emoji */
export function plainEmoji(emoji) {
  return emoji.replace(/(\p{Emoji_Presentation})\ufe0f/gu, "$1");
}
