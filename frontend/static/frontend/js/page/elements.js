/**
 * Makes an element. Text goes in as text and never as markup.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} className
 * @param {string | Node[]} [content]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, className, content = []) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...(typeof content === "string" ? [content] : content));
  return element;
}

/**
 * An element that the page must have.
 *
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(selector, type) {
  const element = document.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`The page lacks ${selector}`);
  return element;
}
