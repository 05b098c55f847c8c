/** So far, as a part of the width, a finger goes that means the next one. */
const FAR = 0.15;

/**
 * A finger that goes sideways takes what is shown along, and calls up what is beside it. (files.css leaves going up and down, and
 * two fingers, to the browser.)
 *
 * @param {HTMLElement} stage @param {() => HTMLElement} shown what is on it @param {{may: () => boolean, swiped: (step: -1 | 1) => void}} delegate
 */
export function listenForSwipes(stage, shown, { may, swiped }) {
  /** @type {{pointer: number, from: number} | null} */
  let finger = null;

  /** @param {number} distance */
  function move(distance) {
    shown().style.translate = distance === 0 ? "" : `${distance}px`;
  }

  stage.addEventListener("pointerdown", ({ pointerId, pointerType, isPrimary, clientX }) => {
    const near = (visualViewport?.scale ?? 1) > 1.01;
    finger = pointerType === "mouse" || !isPrimary || near || !may() ? null : { pointer: pointerId, from: clientX };
    if (!isPrimary) move(0);
  });
  stage.addEventListener("pointermove", ({ pointerId, clientX }) => {
    if (finger?.pointer === pointerId) move(clientX - finger.from);
  });
  stage.addEventListener("pointerup", ({ pointerId, clientX }) => {
    if (finger?.pointer !== pointerId) return;
    const distance = clientX - finger.from;
    finger = null;
    move(0);
    if (Math.abs(distance) > stage.clientWidth * FAR) swiped(distance > 0 ? -1 : 1);
  });
  stage.addEventListener("pointercancel", () => {
    finger = null;
    move(0);
  });
}
