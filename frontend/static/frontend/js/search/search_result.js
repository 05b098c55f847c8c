import { make, makeButton } from "../dom/elements.js";
import { dayLabel, fullTime, shortTime } from "../messages/time_format.js";
import { markedMessage } from "./marked_words.js";

/** @typedef {{id: number, room: number, seq: number, at: string, sender: import("../connection/protocol.js").Person, body: string}} Result */

/** One message found: where, who, when, and what with the words marked. @param {Result} result @param {string} query @param {string} room @param {() => void} show */
export function searchResult({ at, sender, body }, query, room, show) {
  const when = new Date(at);
  const time = make("time", "", `${dayLabel(when)}, ${shortTime(when)}`);
  time.dateTime = at;
  time.title = fullTime(when);
  const head = make("span", "result-head", [
    make("span", "result-sender", sender.name),
    make("span", "", `in ${room}`),
    time,
  ]);
  const text = markedMessage(body, query).map((part) =>
    part.found ? make("mark", "", part.text) : document.createTextNode(part.text),
  );
  const button = makeButton("result", "", show);
  button.append(head, make("span", "result-text", text));
  return make("li", "", [button]);
}
