const NEAR_END_PX = 60;
const NEAR_TOP_PX = 400;

/**
 * Keeps the reader where they are: at the end while they follow the conversation, on the line they read otherwise. Watches sizes
 * rather than additions, so that a growing composer, a phone's keyboard or an edit is handled like a new message.
 */
export class ScrollKeeper {
  following = true;
  #observer = new ResizeObserver(() => this.#settle());
  #height = 0;
  /** @type {Element | null} */
  #content = null;

  /** @param {HTMLElement} box @param {{nearTop: () => void, atEnd: () => void}} delegate */
  constructor(box, delegate) {
    this.box = box;
    this.delegate = delegate;
    this.#observer.observe(box);
    box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  /** Shows other content, at its end or where its reader left it. @param {Element} content @param {number | null} fromEnd */
  show(content, fromEnd) {
    if (this.#content) this.#observer.unobserve(this.#content);
    this.#content = content;
    this.box.replaceChildren(content);
    this.#observer.observe(content);
    this.following = fromEnd === null;
    this.box.scrollTop = this.box.scrollHeight - (fromEnd ?? 0);
    this.#height = this.box.scrollHeight;
  }

  /** How far the end is away; null while the reader follows it. */
  get fromEnd() {
    return this.following ? null : this.box.scrollHeight - this.box.scrollTop;
  }

  /** Goes to the end as soon as what was just added has its size. Reads no sizes itself: a hundred additions, one layout. */
  follow() {
    this.following = true;
  }

  /** Runs a change that adds content above the reader. @param {() => void} change */
  keepPlace(change) {
    const before = this.box.scrollHeight;
    change();
    if (!this.following) this.box.scrollTop += this.box.scrollHeight - before;
  }

  #settle() {
    if (this.following) this.box.scrollTop = this.box.scrollHeight;
    this.#height = this.box.scrollHeight;
    this.#report();
  }

  #scrolled() {
    // A scroll event that comes with a change of height is the browser's doing, not the reader's.
    if (this.box.scrollHeight === this.#height) this.following = this.#distance() < NEAR_END_PX;
    this.#report();
  }

  #report() {
    if (this.box.scrollTop < NEAR_TOP_PX) this.delegate.nearTop();
    if (this.following) this.delegate.atEnd();
  }

  #distance() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight;
  }
}
