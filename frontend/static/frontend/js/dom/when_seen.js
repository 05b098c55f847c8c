/** @type {WeakMap<Element, () => void>} */
const waiting = new WeakMap();
const observer = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    observer.unobserve(target);
    waiting.get(target)?.();
  }
});

/** Does something when an element comes into sight for the first time. @param {Element} element @param {() => void} action */
export function whenSeen(element, action) {
  waiting.set(element, action);
  observer.observe(element);
}
