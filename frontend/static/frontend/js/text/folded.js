/** Without case and accents, so that "jose" finds "José". @param {string} text */
export function folded(text) {
  return text
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase();
}
