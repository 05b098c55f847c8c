import { App } from "./app/app.js";
import { find } from "./dom/elements.js";
import { EmojiButton } from "./composer/emoji_button.js";
import { listenForWakeUps } from "./connection/wake_ups.js";

const app = new App(JSON.parse(find("#boot", HTMLScriptElement).text));

new EmojiButton(find("#emoji-button", HTMLElement), find("#composer textarea", HTMLTextAreaElement));
document.addEventListener("visibilitychange", () => app.markRead());
listenForWakeUps(() => app.connection.wake());
app.start();

/** For the console: what the outbox and the connection are doing. */
Object.assign(window, { posthorn: { status: () => ({ connection: app.status.state, ...app.outbox.status() }) } });
