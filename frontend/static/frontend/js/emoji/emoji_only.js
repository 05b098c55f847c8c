/** One emoji: a flag, a keycap, or a picture with its colour and variant, and pictures joined to it. */
const PICTURE = String.raw`\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?`;
const EMOJI = String.raw`(?:\p{RI}\p{RI}|\p{Emoji_Modifier}|[#*\d]\ufe0f?\u20e3|${PICTURE}(?:\u200d${PICTURE})*[\u{e0020}-\u{e007f}]*)`;
const FEW = new RegExp(`^\\s*(?:${EMOJI}\\s*){1,3}$`, "u");

/** Whether a text is up to three emoji and nothing else. @param {string} text */
export function isEmojiOnly(text) {
  return text.length < 100 && FEW.test(text);
}
