/**
 * Where a seq belongs among entries that ascend by theirs: how many of them come before it.
 *
 * @param {readonly {seq: number | null}[]} entries
 * @param {number} seq
 */
export function indexFor(entries, seq) {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
