import { ApiError } from "../connection/api.js";
import { find, make, makeButton, showIf } from "../dom/elements.js";

/** A native modal dialog: it takes the focus and returns it, closes with Esc, by its button and by a click beside it. */
export class Dialog {
  /** The one on top. @type {Dialog | null} */
  static current = null;
  /** What it was opened above. @type {Dialog | null} */
  #below = null;

  #heading = make("h2", "dialog-title");
  #problem = make("p", "dialog-problem");
  #content = make("div", "dialog-content");
  #busy = false;
  #loads = 0;

  /** @param {string} title @param {...Node} content what should have the focus bears `autofocus` */
  constructor(title, ...content) {
    const close = makeButton("icon-button", "✕", () => this.close());
    close.setAttribute("aria-label", "Close");
    this.#problem.setAttribute("role", "alert");
    this.#problem.hidden = true;
    this.#content.append(...content);
    const frame = make("div", "dialog-frame", [
      make("header", "dialog-head", [this.#heading, close]),
      this.#problem,
      this.#content,
    ]);
    this.element = make("dialog", "dialog", [frame]);
    this.name(title);
    this.element.addEventListener("close", () => this.#closed());
    this.element.addEventListener("mousedown", ({ target }) => target === this.element && this.close());
  }

  static closeAll() {
    for (let each = Dialog.current; each; each = each.#below) each.close();
  }

  /** In the place of what was open. */
  open() {
    Dialog.closeAll();
    return this.#show(null);
  }

  /** Above what is open, which is there again when this is closed. */
  openAbove() {
    return this.#show(Dialog.current);
  }

  /** @param {Dialog | null} below */
  #show(below) {
    this.#below = below;
    Dialog.current = this;
    document.body.append(this.element);
    this.element.showModal();
    return this;
  }

  /** @param {string} title */
  name(title) {
    this.#heading.textContent = title;
    this.element.setAttribute("aria-label", title);
  }

  get isOpen() {
    return this.element.open;
  }

  close() {
    this.element.close();
  }

  /** @param {string} text */
  showProblem(text) {
    this.#problem.textContent = text;
    showIf(this.#problem, text !== "");
  }

  /**
   * Has something done by the server; until it has answered, further attempts do nothing. If it says no, the dialog says why.
   *
   * @template T
   * @param {() => Promise<T>} action
   * @param {(result: T) => void} then
   */
  async attempt(action, then) {
    if (this.#busy) return;
    this.#setBusy(true);
    try {
      await this.#run(action, then);
    } finally {
      this.#setBusy(false);
    }
  }

  /**
   * Asks for something to show. Asked again meanwhile, only the last answer counts, be it a result or an error.
   *
   * @template T
   * @param {() => Promise<T>} action
   * @param {(result: T) => void} then
   */
  load(action, then) {
    const number = (this.#loads += 1);
    return this.#run(action, then, () => number === this.#loads);
  }

  /**
   * @template T
   * @param {() => Promise<T>} action
   * @param {(result: T) => void} then
   * @param {() => boolean} counts asked when the answer is there
   */
  async #run(action, then, counts = () => true) {
    this.showProblem("");
    try {
      const result = await action();
      if (counts()) then(result);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (counts()) this.showProblem(error.message);
    }
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    this.#busy = busy;
    this.element.setAttribute("aria-busy", String(busy));
  }

  #closed() {
    if (Dialog.current === this) Dialog.current = this.#below;
    this.element.remove();
    // What had the focus before may be gone with a room or a list.
    if (document.activeElement === document.body) find("#messages", HTMLElement).focus();
  }
}
