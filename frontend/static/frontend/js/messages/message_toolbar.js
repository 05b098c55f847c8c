import { make, makeButton } from "../dom/elements.js";
import { pickEmoji } from "../emoji/emoji_picker.js";

/** @typedef {import("./message_view.js").MessageView} MessageView @typedef {import("./message_actions.js").Action} Action */

const LABELS = Object.freeze({ react: "React", reply: "Reply", edit: "Edit", delete: "Delete" });
/** Reactions at hand without looking for them. */
const QUICK = Object.freeze(["👍", "❤️", "😂", "🎉", "👀", "🙏"]);

/** The buttons for what can be done to a message: one set of them, at the message under the pointer or with the focus. */
export class MessageToolbar {
  #element = make("div", "message-toolbar");
  /** @type {MessageView | null} */
  #view = null;
  #picking = false;

  /** @param {HTMLElement} box @param {(node: Element | null) => MessageView | undefined} viewOf @param {import("./message_actions.js").MessageActions} actions */
  constructor(box, viewOf, actions) {
    this.box = box;
    this.viewOf = viewOf;
    this.actions = actions;
    this.#element.setAttribute("role", "group");
    this.#element.setAttribute("aria-label", "Actions");
    box.addEventListener("pointerover", ({ target, pointerType }) => pointerType === "mouse" && this.#hover(target));
    box.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && this.#hover(null));
    box.addEventListener("focusin", ({ target }) => this.#focused(target));
    box.addEventListener("focusout", ({ relatedTarget }) => this.#left(relatedTarget));
    this.#element.addEventListener("keydown", (event) => this.#keyDown(event));
  }

  /** Shows the buttons at a message, if there is anything to do with it. @param {MessageView | undefined} view */
  showAt(view) {
    const actions = this.actions.of(view);
    this.#view = actions.length > 0 ? (view ?? null) : null;
    if (!this.#view) return this.#element.remove();
    this.#offer(actions.map((action) => makeButton(`action action-${action}`, LABELS[action], () => this.#do(action))));
    this.#view.bubble.append(this.#element);
  }

  /** Moves the focus to the first button. */
  focus() {
    this.#element.querySelector("button")?.focus();
  }

  /** @param {EventTarget | null} target */
  #hover(target) {
    if (this.#picking || this.#element.querySelector(":focus-visible")) return;
    const view = this.#viewAt(target);
    if (view !== this.#view) this.showAt(view ?? this.#viewAt(document.activeElement));
  }

  /** @param {EventTarget | null} target */
  #focused(target) {
    if (!(target instanceof Element) || this.#element.contains(target) || !target.matches(":focus-visible")) return;
    const view = this.#viewAt(target);
    if (view !== this.#view) this.showAt(view);
  }

  /** @param {EventTarget | null} next */
  #left(next) {
    if (this.#view && !this.#picking && this.#viewAt(next) !== this.#view && !this.#view.node.matches(":hover"))
      this.showAt(undefined);
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    const view = this.#view;
    view?.node.focus({ preventScroll: true });
    this.showAt(view ?? undefined);
  }

  /** @param {Action} action */
  #do(action) {
    const view = this.#view;
    if (!view || !this.actions.of(view).includes(action)) return this.showAt(view ?? undefined);
    if (action === "react") return this.#offerReactions();
    if (action === "delete") return void this.#delete(view);
    this.actions[action](view);
    this.showAt(undefined);
  }

  /** @param {MessageView} view */
  async #delete(view) {
    if (!(await this.actions.delete(view))) return;
    view.node.focus({ preventScroll: true });
    this.showAt(undefined);
  }

  #offerReactions() {
    const quick = QUICK.map((emoji) => makeButton("action action-emoji", emoji, () => this.#react(emoji)));
    const more = makeButton("action", "More", () => this.#pick(more));
    more.setAttribute("aria-haspopup", "dialog");
    this.#offer([...quick, more]);
  }

  /** @param {HTMLButtonElement} more */
  async #pick(more) {
    this.#picking = true;
    const emoji = await pickEmoji(more);
    this.#picking = false;
    if (emoji !== null) this.#react(emoji);
  }

  /** @param {string} emoji */
  #react(emoji) {
    const view = this.#view;
    if (!view) return;
    this.actions.react(view, emoji);
    view.node.focus({ preventScroll: true });
    this.showAt(view);
  }

  /** Other buttons; the focus, if it is here, goes over to them before its place is gone. @param {HTMLButtonElement[]} buttons */
  #offer(buttons) {
    const before = [...this.#element.children];
    this.#element.append(...buttons);
    if (this.#element.contains(document.activeElement)) buttons[0]?.focus();
    for (const button of before) button.remove();
  }

  /** @param {EventTarget | null} target */
  #viewAt(target) {
    return target instanceof Element && this.box.contains(target) ? this.viewOf(target.closest(".message")) : undefined;
  }
}
