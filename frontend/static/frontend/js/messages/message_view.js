import { avatar } from "./avatar.js";
import { make } from "../dom/elements.js";
import { localFiles, withChanges } from "./message_state.js";
import { fillWithText } from "../text/message_text.js";
import { inWords } from "../files/words.js";
import { MessageFiles } from "../files/message_files.js";
import { fillFooter } from "./message_footer.js";
import { MessageHeader } from "./message_header.js";
import { AnsweredQuote } from "./answered_quote.js";
import { ReactionRow } from "./reaction_row.js";
import { standing } from "./neighbours.js";
import { dayLabel } from "./time_format.js";

/** @typedef {import("./message_state.js").State} State @typedef {import("../outbox/items/item.js").Item} Item @typedef {import("../connection/protocol.js").Quote} Quote */
/** @typedef {import("./known_names.js").Reader} Reader */

const GONE = "This message was deleted.";

/**
 * One message on the page: one node for its whole life, from the moment it is written until it is deleted. Its place among the
 * others is the timeline's business.
 */
export class MessageView {
  #body = make("div", "message-body");
  #footer = make("footer", "message-state");
  #day = make("div", "day-separator");
  /** @type {ReactionRow | null} */
  #reactions = null;
  /** @type {string | null} */
  #text = null;
  #quote = new AnsweredQuote();
  #files = new MessageFiles();
  /** What it is in the outbox, while it is there. @type {Item | null} */
  #item = null;

  /** @param {State} message @param {Reader} reader */
  constructor(message, reader) {
    this.reader = reader;
    /** As the server has it. */
    this.message = message;
    /** With the reader's own changes that are on their way. */
    this.shown = message;
    this.mine = message.sender.id === reader.me.id;
    this.header = new MessageHeader(this.mine ? "You" : message.sender.name);
    this.bubble = make("div", "bubble", [this.header.element, this.#body, this.#footer]);
    this.node = make("article", this.mine ? "message mine" : "message", [avatar(message.sender), this.bubble]);
    this.node.tabIndex = -1;
    if (this.mine) this.node.dataset.clientId = message.client_id;
    this.header.showTime(message.at);
    this.#draw();
  }

  /** The server's order; null while it has none. */
  get seq() {
    return this.message.seq;
  }

  /** Its place among those that the server does not have. */
  get turn() {
    return this.#item?.n ?? 0;
  }

  /** The keyboard comes here: a listener hears who said what, and when. */
  nameForListeners() {
    this.node.setAttribute("aria-label", `${this.header.label}: ${this.shown.deleted ? GONE : inWords(this.shown)}`);
  }

  /** One of mine that the server does not have. @param {Item} item */
  showUnsent(item) {
    this.#item = item;
    const over = item.state === "failed" || item.state === "rejected";
    this.#mark(over ? "failed" : "pending", item.state === "rejected");
    if (this.message.files.some(({ url }) => url === ""))
      this.#take({ files: localFiles(item.operation, this.reader) });
    fillFooter(this.#footer, [item], this.reader.files);
  }

  /** @param {State} message as the server has it @param {Item[]} changes mine to it that the server does not have */
  show(message, changes) {
    const arrived = message.seq !== null && !this.node.dataset.messageId;
    this.message = message;
    this.shown = withChanges(message, changes, this.reader.me.id);
    if (arrived) this.#arrive();
    this.#draw();
    if (arrived || changes.length > 0 || this.#footer.firstChild) fillFooter(this.#footer, changes, this.reader.files);
  }

  /** What it answers has changed. @param {Quote} quote */
  showQuote(quote) {
    this.#take({ quote });
  }

  /** Names of people have become known. */
  nameReactions() {
    this.#reactions?.name(this.reader);
  }

  /**
   * Draws what depends on the message before: the day's heading, and whether name and time are worth repeating.
   *
   * @param {MessageView | null} before
   * @param {boolean} adjacent whether nothing stands between the two
   */
  showAfter(before, adjacent) {
    const { newDay, continued, later } = standing(this.message, before?.message ?? null);
    const run = continued && adjacent && !this.node.querySelector(".unread-line");
    this.node.classList.toggle("continued", run);
    this.node.classList.toggle("later", run && later);
    if (!newDay) return this.#day.remove();
    this.#day.replaceChildren(make("span", "", dayLabel(new Date(this.message.at))));
    this.node.prepend(this.#day);
  }

  #arrive() {
    this.node.dataset.messageId = String(this.message.id);
    this.node.dataset.seq = String(this.message.seq);
    this.#mark("sent");
    this.header.showTime(this.message.at);
    this.header.offerMore();
  }

  /** @param {Partial<State>} news */
  #take(news) {
    this.message = { ...this.message, ...news };
    this.shown = { ...this.shown, ...news };
    this.#draw();
  }

  #draw() {
    const { body, deleted, edited_at, files, reactions } = this.shown;
    this.node.classList.toggle("deleted", deleted);
    const text = deleted ? GONE : body;
    if (this.#text !== text) fillWithText(this.#body, (this.#text = text));
    this.header.showEdited(Boolean(edited_at) && !deleted);
    this.#drawQuote();
    this.#files.show(this.#body, files);
    this.node.classList.toggle("wordless", body === "" && files.length > 0);
    if (reactions.length > 0 || this.#reactions) this.#drawReactions();
    if (this.node.hasAttribute("aria-label")) this.nameForListeners();
  }

  #drawQuote() {
    const { reply_to, deleted } = this.shown;
    const quote = reply_to === null || deleted ? undefined : this.shown.quote;
    this.#quote.show(this.#body, quote);
  }

  #drawReactions() {
    this.#reactions ??= new ReactionRow();
    if (!this.#reactions.element.parentNode) this.#footer.before(this.#reactions.element);
    this.#reactions.show(this.shown.deleted ? [] : this.shown.reactions, this.reader);
  }

  /** @param {"pending" | "sent" | "failed"} state @param {boolean} [rejected] */
  #mark(state, rejected = false) {
    this.node.classList.remove("pending", "sent", "failed", "rejected");
    this.node.classList.add(state, ...(rejected ? ["rejected"] : []));
  }
}
