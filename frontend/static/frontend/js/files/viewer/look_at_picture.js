/** @typedef {import("../../messages/message_view.js").MessageView} MessageView */

/**
 * Opens a picture of a message on the page, large, with those around it in the room. The viewer is loaded when it is first wanted.
 *
 * @param {import("../../app/app_interface.js").AppInterface} app @param {MessageView} view @param {HTMLElement} picture its button, to which the focus returns
 */
export async function lookAtPicture(app, { shown }, picture) {
  // Not every browser gives it to a button that is pressed.
  picture.focus({ preventScroll: true });
  try {
    const { openViewer } = await import("./open_viewer.js");
    openViewer(app, app.conversations.current, shown, picture.dataset.file ?? "");
  } catch (error) {
    // A module that did not come is a TypeError, in every browser.
    if (!(error instanceof TypeError)) throw error;
    app.announcer.alert("The picture could not be opened. Check the connection and try again.");
  }
}
