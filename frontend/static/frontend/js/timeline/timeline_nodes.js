import { make } from "../dom/elements.js";

/** @typedef {import("../messages/message_view.js").MessageView} MessageView */

/** The nodes of one room in their order. Adding or removing one touches its neighbours at most. */
export class TimelineNodes {
  element = make("div", "timeline");
  /** @type {WeakMap<Element, MessageView>} */
  #views = new WeakMap();

  /** @param {MessageView} view */
  know(view) {
    this.#views.set(view.node, view);
  }

  /** @param {Element | null} node */
  viewOf(node) {
    return node ? this.#views.get(node) : undefined;
  }

  /** Puts a node right below another, or first, unless it stands there; then nothing is drawn. @template {Element} T @param {T} node @param {Element | null} above */
  keep(node, above) {
    if (!this.#isBelow(node, above)) this.place(node, above);
    return node;
  }

  /** Puts a node right below another, or first. One that stands there already is not moved. @param {Element} node @param {Element | null} above */
  place(node, above) {
    const inPlace = this.#isBelow(node, above);
    const leftBehind = inPlace ? null : node.nextElementSibling;
    if (!inPlace) this.element.insertBefore(node, above ? above.nextElementSibling : this.element.firstElementChild);
    this.drawAround(node);
    if (leftBehind) this.drawAround(leftBehind);
  }

  /** @param {Element} node that may not be here */
  remove(node) {
    const below = node.nextElementSibling;
    node.remove();
    if (below) this.drawAround(below);
  }

  /** What stood above the first node is gone. */
  drawFirst() {
    const first = this.element.firstElementChild;
    if (first) this.drawAround(first);
  }

  /** Draws what two neighbours owe to each other: days, names, the nearness of a run of messages. @param {Element} node */
  drawAround(node) {
    for (const each of [node, node.nextElementSibling]) {
      let above = each?.previousElementSibling ?? null;
      while (above && !this.#views.has(above)) above = above.previousElementSibling;
      this.viewOf(each)?.showAfter(this.viewOf(above) ?? null, above === each?.previousElementSibling);
    }
  }

  /** @param {Element} node @param {Element | null} above */
  #isBelow(node, above) {
    return node.parentNode === this.element && node.previousElementSibling === above;
  }
}
