import { find } from "../dom/elements.js";
import { shortCount } from "../dom/short_count.js";

/** The name and the picture on the browser's tab: where one is, and how much waits. @param {string | null} room @param {number} unread */
export function showPageTitle(room, unread) {
  const site = document.body.dataset.site ?? "";
  const count = unread > 0 ? `(${shortCount(unread)}) ` : "";
  const title = count + (room ? `${room} · ${site}` : site);
  if (document.title !== title) document.title = title;
  const icon = find("link[rel=icon]", HTMLLinkElement);
  const picture = (unread > 0 ? document.body.dataset.unreadIcon : document.body.dataset.icon) ?? icon.href;
  if (icon.getAttribute("href") !== picture) icon.href = picture;
}
