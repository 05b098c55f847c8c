/** A number that is known, or worth telling, up to 99. @param {number} count */
export const shortCount = (count) => (count > 99 ? "99+" : String(count));
