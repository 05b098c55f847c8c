/** Into how many rows so many pictures go, and how many each holds: two or three, and the fuller ones below. @param {number} count @returns {number[]} */
export function rowsOf(count) {
  const rows = Math.ceil(count / 3);
  const few = Math.floor(count / rows);
  const fuller = count - few * rows;
  return Array.from({ length: rows }, (_, row) => (row < rows - fuller ? few : few + 1));
}
