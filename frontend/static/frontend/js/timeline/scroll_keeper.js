const NEAR_END_PX = 60;
/** Pages are asked for this many screens before the reader gets there. */
const AHEAD = 1.5;
/** Where something that was looked for comes to stand, from the top of the screen. */
const REVEAL_AT = 0.25;

/** @typedef {{node: Element, top: number}} Place the first line in sight, and how far it is from the top of the box */

/**
 * Keeps the reader where they are: at the end while they follow the conversation, on the line they read otherwise. Goes by that
 * line and not by heights, so whatever grows, comes or goes around it moves nothing before the reader's eyes: pages, edits, a
 * growing composer, a phone's keyboard.
 */
export class ScrollKeeper {
  following = true;
  #observer = new ResizeObserver(() => this.#settle());
  #height = 0;
  /** @type {Element | null} */
  #content = null;
  /** @type {Place | null} */
  #place = null;

  /** @param {HTMLElement} box @param {{live: () => boolean, moved: () => void}} delegate `live`: whether the end of what is here is the end of the room */
  constructor(box, delegate) {
    this.box = box;
    this.delegate = delegate;
    this.#observer.observe(box);
    box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  /** Shows other content where its reader left it, or this part of it. @param {Element} content @param {Place | Element | "end"} goal */
  show(content, goal) {
    if (this.#content) this.#observer.unobserve(this.#content);
    this.#content = content;
    this.box.replaceChildren(content);
    this.#observer.observe(content);
    this.following = goal === "end";
    this.#place = goal === "end" || goal instanceof Element ? null : goal;
    if (goal instanceof Element) this.#reveal(goal);
    else this.#settle();
  }

  /** Where the reader is; null while they follow the end. */
  get place() {
    return this.following ? null : this.#place;
  }

  /** Which ends are near. */
  get near() {
    const ahead = this.box.clientHeight * AHEAD;
    return { top: this.box.scrollTop < ahead, end: this.#distance() < ahead };
  }

  /** Goes to the end as soon as what was just added has its size. Reads no sizes itself: a hundred additions, one layout. */
  follow() {
    this.following = true;
  }

  /**
   * Runs a change of what is here, and does not let it move what the reader sees; unless it says what they are to see then.
   *
   * @param {() => Element | "end" | null} change
   */
  change(change) {
    if (!this.following) this.#place = this.#find();
    const goal = change();
    if (goal instanceof Element) return this.#reveal(goal);
    if (goal === "end") this.following = true;
    this.#settle();
  }

  /** @param {Element} node */
  #reveal(node) {
    this.box.scrollTop += top(node) - top(this.box) - this.box.clientHeight * REVEAL_AT;
    this.#height = this.box.scrollHeight;
    this.#look();
  }

  #settle() {
    if (this.following) this.box.scrollTop = this.box.scrollHeight;
    else if (this.#place && this.#content?.contains(this.#place.node))
      this.box.scrollTop += this.#offset(this.#place.node) - this.#place.top;
    this.#height = this.box.scrollHeight;
    this.#report();
  }

  #scrolled() {
    // A scroll event that comes with a change of height is the browser's doing, not the reader's.
    if (this.box.scrollHeight === this.#height) this.#look();
    else this.#report();
  }

  #look() {
    this.following = this.delegate.live() && this.#distance() < NEAR_END_PX;
    this.#place = this.following ? null : this.#find();
    this.#report();
  }

  /** While nothing of it is on the screen, nobody is near anything. */
  #report() {
    if (this.box.clientHeight > 0) this.delegate.moved();
  }

  #distance() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight;
  }

  /** The first line that is not above the box, found by halves. @returns {Place | null} */
  #find() {
    const nodes = this.#content?.children ?? [];
    const edge = top(this.box);
    let [low, high] = [0, nodes.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((nodes[middle]?.getBoundingClientRect().bottom ?? 0) <= edge) low = middle + 1;
      else high = middle;
    }
    const node = nodes[low];
    return node ? { node, top: this.#offset(node) } : null;
  }

  /** Of a message the text counts: days and names above it come and go with its neighbours. @param {Element} node */
  #offset(node) {
    return top(node.querySelector(".message-body") ?? node) - top(this.box);
  }
}

/** @param {Element} element */
const top = (element) => element.getBoundingClientRect().top;
