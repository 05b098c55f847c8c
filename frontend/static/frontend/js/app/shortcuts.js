/** @typedef {{keys: string, does: string, command?: string}} Shortcut */

/** Every key that does something, for the keyboard and for the page that explains it. @type {Shortcut[]} */
export const SHORTCUTS = [
  { keys: "Ctrl K", does: "Go to a room or a person", command: "switch" },
  { keys: "Ctrl Shift F", does: "Search all messages", command: "search" },
  { keys: "?", does: "Show these keys", command: "keys" },
  { keys: "Enter", does: "Send the message" },
  { keys: "Shift Enter", does: "Start a new line" },
  { keys: "↑", does: "Edit your last message, from an empty field" },
  { keys: "← →", does: "Go to the picture before or after, where one is open" },
  { keys: "Esc", does: "Close what is open; give up editing or replying" },
];

/** @param {(command: string) => void} run */
export function listenForShortcuts(run) {
  document.addEventListener("keydown", (event) => {
    const command = event.isComposing ? undefined : SHORTCUTS.find((shortcut) => fits(shortcut, event))?.command;
    if (!command) return;
    event.preventDefault();
    run(command);
  });
}

/** @param {Shortcut} shortcut @param {KeyboardEvent} event */
function fits({ keys }, event) {
  if (keys === "?") return event.key === "?" && !event.ctrlKey && !event.metaKey && !writes(event.target);
  const [key, ...others] = keys.toLowerCase().split(" ").reverse();
  const held = event.ctrlKey || event.metaKey;
  return (
    event.key.toLowerCase() === key &&
    held === others.includes("ctrl") &&
    event.shiftKey === others.includes("shift") &&
    !event.altKey
  );
}

/** @param {EventTarget | null} target */
function writes(target) {
  return (
    target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement || target instanceof HTMLSelectElement
  );
}
