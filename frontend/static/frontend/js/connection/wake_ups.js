/**
 * Calls back when the world may have changed while nobody looked: the network came or went, the tab or the machine woke up.
 *
 * @param {() => void} wake
 */
export function listenForWakeUps(wake) {
  window.addEventListener("online", wake);
  window.addEventListener("offline", wake);
  window.addEventListener("pageshow", wake);
  document.addEventListener("resume", wake);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") wake();
  });
}
