/**
 * A file as a message carries it. Of one that is still on its way to the server the `url` leads to where the browser keeps it, and
 * is empty while that is not known.
 *
 * @typedef {import("../connection/protocol.js").File} MessageFile
 * @typedef {"picture" | "video" | "audio" | "other"} Kind how it is shown
 */

/** Longer ones are no ends of names by which people know what a file is. */
const LONGEST_END = 5;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** A picture is one whose size is known: its place on the page is there before it is. @param {MessageFile} file @returns {Kind} */
export function kindOf({ type, width, height }) {
  if (type.startsWith("image/")) return width && height ? "picture" : "other";
  if (type.startsWith("video/")) return "video";
  return type.startsWith("audio/") ? "audio" : "other";
}

/** What people call this type of file: PDF, ZIP. @param {MessageFile} file */
export function typeName({ name, type }) {
  const end = /[^.]\.([\p{L}\p{N}]+)$/u.exec(name)?.[1] ?? "";
  const word = end !== "" && end.length <= LONGEST_END ? end : (type.split("/")[1] ?? "");
  return word.length <= LONGEST_END ? word.toUpperCase() : "File";
}

/** "3.4 MB", in the reader's numbers. @param {number} bytes */
export function sizeName(bytes) {
  // As it is shown, 999,999 bytes are a megabyte.
  const shown = Math.max(Number(bytes.toPrecision(3)), 1);
  const power = Math.min(Math.floor(Math.log10(shown) / 3), UNITS.length - 1);
  const amount = bytes / 1000 ** power;
  const digits = amount < 100 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 0 };
  /** @type {Intl.NumberFormatOptions} */
  const unit = { style: "unit", unit: UNITS[power] ?? "byte", unitDisplay: power === 0 ? "long" : "short" };
  return new Intl.NumberFormat(undefined, { ...unit, ...digits }).format(amount);
}

/** What it is to those who do not see it. @param {MessageFile} file */
export const described = ({ name, description }) => description || name;
