import { make } from "../dom/elements.js";

/** @typedef {import("./message_view.js").MessageView} MessageView */

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

  /** Whether a node stands right below another, or first. @param {Element} node @param {Element | null} above */
  isBelow(node, above) {
    return node.parentNode === this.element && node.previousElementSibling === above;
  }

  /** Puts a node right below another, or first. One that stands there already is not moved. @param {Element} node @param {Element | null} above */
  place(node, above) {
    const inPlace = this.isBelow(node, above);
    const leftBehind = inPlace ? null : node.nextElementSibling;
    if (!inPlace) this.element.insertBefore(node, above ? above.nextElementSibling : this.element.firstElementChild);
    this.drawAround(node);
    if (leftBehind) this.drawAround(leftBehind);
  }

  /** @param {Element} node */
  remove(node) {
    const below = node.nextElementSibling;
    node.remove();
    if (below) this.drawAround(below);
  }

  /** Draws what two neighbours owe to each other: days, names, the nearness of a run of messages. @param {Element} node */
  drawAround(node) {
    for (const each of [node, node.nextElementSibling]) {
      let above = each?.previousElementSibling ?? null;
      while (above && !this.#views.has(above)) above = above.previousElementSibling;
      this.viewOf(each)?.showAfter(this.viewOf(above) ?? null, above === each?.previousElementSibling);
    }
  }
}
