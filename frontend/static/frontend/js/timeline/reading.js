import { JumpButton } from "./jump_button.js";
import { indexFor } from "./seq_index.js";
import { ScrollKeeper } from "./scroll_keeper.js";
import { shortCount } from "../dom/short_count.js";

/** @typedef {import("./conversation.js").Conversation} Conversation @typedef {import("./history_window.js").Question} Question */

/** The reader's way through the open room: pages are loaded where they go, and let go of where they have been. */
export class Reading {
  /** @type {Conversation | null} */
  #conversation = null;

  /** @param {HTMLElement} box @param {{ask: (question: Question) => boolean, atEnd: () => void}} delegate */
  constructor(box, delegate) {
    this.delegate = delegate;
    this.down = new JumpButton("down", box, () => this.goTo("end"));
    this.up = new JumpButton("up", box, () => this.goTo("unread"));
    box.before(this.up.element);
    box.after(this.down.element);
    this.scroll = new ScrollKeeper(box, {
      live: () => this.#conversation?.window.live === true,
      moved: () => this.look(),
    });
  }

  /** Whether the reader is at the end of the room, and stays there as messages come. */
  get following() {
    return this.scroll.following && this.#conversation?.window.live === true;
  }

  /** @param {Conversation} conversation */
  open(conversation) {
    if (this.#conversation) this.#conversation.place = this.scroll.place;
    this.#conversation = conversation;
    const found = typeof conversation.target === "number";
    if (!found) conversation.target = "unread";
    this.scroll.show(conversation.timeline.nodes.element, conversation.place ?? this.#goal(conversation));
    if (found && conversation.window.holds(Number(conversation.target))) this.#mark(conversation);
    this.look();
  }

  /** @param {import("./conversation.js").Target} target wherever in the history it is */
  goTo(target) {
    const conversation = this.#conversation;
    if (!conversation) return;
    const { window, timeline, line } = conversation;
    conversation.target = target;
    const seq = target === "unread" ? line.from : target;
    if (seq === "end" ? window.live : window.loaded && window.holds(seq)) return this.#arrive(conversation);
    window.goTo(seq === "end" ? {} : { around: seq });
    timeline.placeTail();
    this.look();
  }

  /** The reader has written something: what they see now is the end of the room. */
  follow() {
    if (this.#conversation?.window.live) this.scroll.follow();
    else this.goTo("end");
  }

  /** Something happened in a visited room. @param {Conversation} conversation @param {import("../connection/protocol.js").RoomEvent} event */
  heard(conversation, event) {
    const here = conversation === this.#conversation;
    const unseen =
      event.kind === "message" && event.actor.id !== conversation.reader.me.id && !(here && this.following);
    if (unseen) conversation.unseen += 1;
    this.#letGo(conversation);
    if (here && unseen) this.#showJump();
  }

  /** @param {Conversation} conversation @param {import("../connection/protocol.js").PageFrame} page */
  take(conversation, page) {
    if (conversation !== this.#conversation) {
      if (conversation.take(page)) conversation.place = null;
      return;
    }
    let moved = false;
    this.scroll.change(() => ((moved = conversation.take(page)) ? this.#goal(conversation) : null));
    if (moved) this.#mark(conversation);
    this.#letGo(conversation);
    this.look();
  }

  /** Does what the reader's place asks for: pages near its ends, and what is due at the end of the room. */
  look() {
    if (!this.#conversation) return;
    const { window } = this.#conversation;
    const question = window.next(this.scroll.near);
    if (question && this.delegate.ask(question)) window.asking(question);
    if (this.following) {
      this.#conversation.unseen = 0;
      this.delegate.atEnd();
    }
    this.#showJump();
  }

  /** What its reader wants to see of it. @param {Conversation} conversation @returns {Element | "end"} */
  #goal({ target, line, window }) {
    if (target === "unread" && line.element.parentNode) return line.element;
    if (typeof target !== "number") return "end";
    return (window.entries[indexFor(window.entries, target)] ?? window.entries.at(-1))?.node ?? "end";
  }

  /** @param {Conversation} conversation */
  #arrive(conversation) {
    this.scroll.change(() => this.#goal(conversation));
    this.#mark(conversation);
  }

  /** Shows which one was looked for, to eyes and to the keyboard. @param {Conversation} conversation */
  #mark(conversation) {
    const { target, window, timeline } = conversation;
    conversation.target = "end";
    const view =
      typeof target === "number"
        ? timeline.nodes.viewOf(window.entries[indexFor(window.entries, target)]?.node ?? null)
        : undefined;
    if (view?.seq !== target || !view) return;
    view.node.classList.add("marked");
    view.node.addEventListener("animationend", () => view.node.classList.remove("marked"), { once: true });
    view.node.focus({ preventScroll: true });
  }

  /** @param {Conversation} conversation */
  #letGo(conversation) {
    if (!conversation.window.full) return;
    if (conversation !== this.#conversation) return conversation.trim(conversation.place?.node ?? null);
    this.scroll.change(() => {
      conversation.trim(this.scroll.place?.node ?? null);
      return null;
    });
  }

  #showJump() {
    const conversation = this.#conversation;
    const away = !this.following && conversation?.window.loaded === true;
    this.down.show(away ? whatIsBelow(conversation.unseen) : null);
    this.up.show(conversation?.line.missed ? "To the first new message" : null);
  }
}

/** @param {number} unseen */
function whatIsBelow(unseen) {
  if (unseen === 0) return "Jump to latest";
  return `${shortCount(unseen)} new ${unseen === 1 ? "message" : "messages"}`;
}
