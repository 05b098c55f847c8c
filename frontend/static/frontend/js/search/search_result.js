import { make, makeButton } from "../dom/elements.js";
import { dayLabel, fullTime, shortTime } from "../messages/time_format.js";
import { markedMessage, markedWords } from "./marked_words.js";

/** @typedef {{id: number, room: number, seq: number, at: string, sender: import("../connection/protocol.js").Person, body: string, files?: import("../connection/protocol.js").File[]}} Result */

/** One message found: where, who, when, and what with the words marked, in its text and in the names of its files. @param {Result} result @param {string} query @param {string} room @param {() => void} show */
export function searchResult({ at, sender, body, files = [] }, query, room, show) {
  const when = new Date(at);
  const time = make("time", "", `${dayLabel(when)}, ${shortTime(when)}`);
  time.dateTime = at;
  time.title = fullTime(when);
  const head = make("span", "result-head", [
    make("span", "result-sender", sender.name),
    make("span", "", `in ${room}`),
    time,
  ]);
  const button = makeButton("result", "", show);
  button.append(head, make("span", "result-text", nodes(markedMessage(body, query))));
  const names = files.map(({ name }) => make("bdi", "result-file", nodes(markedWords(name, query))));
  if (names.length > 0) button.append(make("span", "result-files", names));
  return make("li", "", [button]);
}

/** @param {{text: string, found: boolean}[]} parts */
function nodes(parts) {
  return parts.map(({ found, text }) => (found ? make("mark", "", text) : document.createTextNode(text)));
}
