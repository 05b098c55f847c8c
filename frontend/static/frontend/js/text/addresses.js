/** Addresses in text: where they end, and which of them may become links. */

/** As far as an address can reach; `](` would be the middle of a Markdown link. */
const RUN = /(?:[^\s<>"\]]|\](?!\())+/y;
const SAFE = /^(?:https?:\/\/|mailto:)[^\p{Cc}\p{Cf}]+$/iu;
/** What ends a sentence rather than an address. */
const TRAILING = new Set(".,;:!?'*~_。，、！？；：）」』”’");

/**
 * The address at this place, with punctuation that ends a sentence, and a bracket the address did not open, left to the text.
 *
 * @param {string} text @param {number} at where http:// or https:// begins
 */
export function bareAddress(text, at) {
  RUN.lastIndex = at;
  const run = RUN.exec(text)?.[0] ?? "";
  let surplus = run.split(")").length - run.split("(").length;
  let end = run.length;
  for (; end > 0; end--) {
    const last = run[end - 1] ?? "";
    if (last === ")" ? surplus-- <= 0 : !TRAILING.has(last)) break;
  }
  return run.slice(0, end);
}

/** The address to link to, or null: http, https and mailto are links, all else is text. @param {string} address */
export function safeHref(address) {
  if (!SAFE.test(address)) return null;
  try {
    const { href, protocol } = new URL(address);
    return ["http:", "https:", "mailto:"].includes(protocol) ? href : null;
  } catch {
    return null;
  }
}

/** What nobody sees, and what looks like the signs of an address and is not them. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\s\u2800]/gu;
const LIKE_COLON = /[\u02d0\u0589\u05c3\u2236\ua789]/gu;
const LIKE_SLASH = /[\u2044\u2215\u2571\u29f8]/gu;

/** Whether a link's text passes for another address than the one it leads to. @param {string} text as it is shown @param {string} address */
export function misleads(text, address) {
  const seen = text.replace(UNSEEN, "").normalize("NFKC").replace(LIKE_COLON, ":").replace(LIKE_SLASH, "/");
  return seen.includes("://") && text.replace(UNSEEN, "") !== address;
}
