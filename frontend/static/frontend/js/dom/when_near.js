/** So far outside of what is in sight, in every box that scrolls. Where a browser does not know `scrollMargin`, in sight it is. */
const NEAR = "1200px 0px";

/** @type {WeakMap<Element, () => void>} */
const waiting = new WeakMap();
/** @type {IntersectionObserverInit & {scrollMargin: string}} */
const options = { rootMargin: NEAR, scrollMargin: NEAR };
const observer = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    observer.unobserve(target);
    waiting.get(target)?.();
  }
}, options);

/** Does something once, when an element comes near. @param {Element} element @param {() => void} action */
export function whenNear(element, action) {
  waiting.set(element, action);
  observer.observe(element);
}
