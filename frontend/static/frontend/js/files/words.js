import { firstLine, plainText } from "../text/plain_text.js";
import { kindOf } from "./file.js";

/** @typedef {import("./file.js").MessageFile} MessageFile @typedef {{body: string, files?: MessageFile[]}} Said */

/** @type {Record<import("./file.js").Kind, string>} */
const KINDS = { picture: "Picture", video: "Video", audio: "Recording", other: "File" };

/** A message in words, without markup, to be spoken or shown where there is no markup: its text and what it carries. @param {Said} message */
export function inWords({ body, files = [] }) {
  return [plainText(body), carried(files)].filter(Boolean).join("\n");
}

/** The same in one line: how its text begins; of one without text, what it carries. @param {Said} message */
export function inOneLine({ body, files = [] }) {
  return firstLine(body) || carried(files);
}

/** @param {MessageFile[]} files */
function carried(files) {
  const [first] = files;
  if (!first) return "";
  const kind = kindOf(first);
  if (files.length === 1) return `${KINDS[kind]}: ${first.description || first.name}`;
  return files.every((file) => kindOf(file) === "picture") ? `${files.length} pictures` : `${files.length} files`;
}
