/**
 * The keyboard among the messages. The log is one stop of Tab: it hands the focus to the message it had last, or to the newest in
 * sight; arrows move on from there, Enter goes to the message's buttons, Escape back to it and then to the composer.
 */
export class MessageKeys {
  /** @type {HTMLElement | null} */
  #current = null;

  /** @param {HTMLElement} box @param {{name: (node: Element) => void, enter: (node: Element) => void, leave: () => void}} delegate */
  constructor(box, delegate) {
    this.box = box;
    this.delegate = delegate;
    box.addEventListener("focusin", ({ target }) => this.#focused(target));
    box.addEventListener("focusout", () => (box.tabIndex = 0));
    box.addEventListener("keydown", (event) => this.#keyDown(event));
  }

  /** @param {EventTarget | null} target */
  #focused(target) {
    if (target === this.box) return this.box.matches(":focus-visible") && this.#go(this.#start());
    if (!(target instanceof Element)) return;
    // Shift and Tab leave the log from a message, they do not stop at the log itself.
    this.box.tabIndex = -1;
    const message = target.closest(".message");
    if (message instanceof HTMLElement) this.#makeCurrent(message);
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    const { target, key } = event;
    if (!(target instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    const onMessage = target.matches(".message");
    if (key === "Escape") onMessage || target === this.box ? this.delegate.leave() : target.closest("article")?.focus();
    else if (onMessage && key === "Enter") this.delegate.enter(target);
    else if (onMessage && key === "ArrowUp") this.#go(neighbour(target, "previousElementSibling"));
    else if (onMessage && key === "ArrowDown") this.#go(neighbour(target, "nextElementSibling"));
    else return;
    event.preventDefault();
  }

  /** The message the focus had last if it is in sight, or else the newest that is. */
  #start() {
    const box = this.box.getBoundingClientRect();
    const inSight = (/** @type {Element} */ node) =>
      node.getBoundingClientRect().top < box.bottom && node.getBoundingClientRect().bottom > box.top;
    if (this.#current?.isConnected && inSight(this.#current)) return this.#current;
    return [...this.box.querySelectorAll(".message")].reverse().find(inSight) ?? null;
  }

  /** @param {Element | null} node */
  #go(node) {
    if (!(node instanceof HTMLElement)) return;
    this.#makeCurrent(node);
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest" });
  }

  /** What is in a message can be reached by Tab while the message is the current one. @param {HTMLElement} node */
  #makeCurrent(node) {
    if (node === this.#current) return;
    for (const button of this.#current?.querySelectorAll("[tabindex='0']") ?? []) button.setAttribute("tabindex", "-1");
    for (const button of node.querySelectorAll(".quote, .reaction, .files [tabindex]"))
      button.setAttribute("tabindex", "0");
    this.delegate.name(node);
    this.#current = node;
  }
}

/** @param {Element} node @param {"previousElementSibling" | "nextElementSibling"} direction */
function neighbour(node, direction) {
  let next = node[direction];
  while (next && !next.matches(".message")) next = next[direction];
  return next;
}
