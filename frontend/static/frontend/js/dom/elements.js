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

/** @param {string} className @param {string} text @param {() => void} press */
export function makeButton(className, text, press) {
  const button = make("button", className, text);
  button.type = "button";
  button.addEventListener("click", press);
  return button;
}

/** A button that calls up a dialog (commands.js). @param {string} className @param {string} text @param {string} command */
export function commandButton(className, text, command) {
  const button = make("button", className, text);
  button.type = "button";
  button.dataset.command = command;
  return button;
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

/** Shows an element or hides it. What is so already is not touched: setting it anew costs a layout. @param {HTMLElement} element @param {boolean} shown */
export function showIf(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/** Puts this text into an element, likewise. @param {HTMLElement} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Gives a parent these children, in this order. The one with the keyboard's focus stays where it is: moving would lose it. @param {Element} parent @param {Element[]} children */
export function arrange(parent, children) {
  const focused = children.find((child) => parent.contains(child) && child.contains(document.activeElement));
  if (!focused) return parent.replaceChildren(...children);
  for (const child of parent.children) if (!children.includes(child)) child.remove();
  const place = children.indexOf(focused);
  focused.before(...children.slice(0, place));
  focused.after(...children.slice(place + 1));
}
