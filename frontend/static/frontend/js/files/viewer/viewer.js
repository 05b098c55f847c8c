import { Dialog } from "../../dialogs/dialog.js";
import { make, makeButton, setText, showIf } from "../../dom/elements.js";
import { dayLabel, shortTime } from "../../messages/time_format.js";
import { described, sizeName } from "../file.js";
import { listenForSwipes } from "./swipe.js";

/** @typedef {import("./gallery.js").RoomFile} RoomFile @typedef {import("./gallery.js").Step} Step */

/** What comes next is loaded before it is wanted, unless it is larger. */
const AHEAD_BYTES = 5_000_000;

/** One picture of a room as large as there is space for, or as it is; by keys, buttons or a finger to those before and after it. */
export class Viewer {
  #box = make("div", "viewer-box");
  #stage = make("div", "viewer-stage", [this.#box]);
  #about = make("p", "viewer-about");
  #download = make("a", "plain-button", "Download");
  #zoom = makeButton("plain-button", "Actual size", () => this.#setZoomed(!this.#zoomed));
  #go = { "-1": this.#arrow("‹", "Previous picture", -1), 1: this.#arrow("›", "Next picture", 1) };
  #dialog;

  /** @param {import("./gallery.js").Gallery} gallery @param {(file: RoomFile) => void} lead shows the message that carries it */
  constructor(gallery, lead) {
    this.gallery = gallery;
    this.#stage.tabIndex = 0;
    this.#stage.autofocus = true;
    this.#about.setAttribute("role", "status");
    const toMessage = makeButton("plain-button", "Show in room", () => gallery.current && lead(gallery.current));
    showIf(toMessage, gallery.ask !== null);
    const bar = make("div", "viewer-bar", [this.#about, this.#zoom, toMessage, this.#download]);
    this.#dialog = new Dialog("Picture", this.#stage, this.#go[-1], this.#go[1], bar);
    this.#dialog.element.classList.add("viewer");
    this.#listen();
    this.#draw();
  }

  open() {
    this.#dialog.openAbove();
  }

  #listen() {
    const gone = (/** @type {Event} */ event) => this.#deleted(/** @type {CustomEvent} */ (event).detail.id);
    document.addEventListener("chat:message:deleted", gone);
    this.#dialog.element.addEventListener("close", () => document.removeEventListener("chat:message:deleted", gone));
    this.#dialog.element.addEventListener("keydown", (event) => this.#keyDown(event));
    this.#stage.addEventListener("click", ({ target }) => {
      if (target === this.#stage) this.#dialog.close();
      else if (!this.#zoom.hidden) this.#setZoomed(!this.#zoomed);
    });
    new ResizeObserver(() => this.#showZoom()).observe(this.#stage);
    const may = () => !this.#zoomed;
    listenForSwipes(this.#stage, () => this.#box, { may, swiped: (step) => this.#step(step) });
  }

  /** @param {Step} step */
  async #step(step) {
    if (!this.gallery.mayGo(step)) return;
    await this.#dialog.load(
      () => this.gallery.go(step),
      () => this.#draw(),
    );
  }

  #draw() {
    const file = this.gallery.current;
    if (!file) return this.#dialog.close();
    const { name, url, width = 1, height = 1, thumb, preview, sender, at, bytes } = file;
    this.#dialog.name(name);
    this.#dialog.showProblem("");
    const image = make("img", "");
    Object.assign(image, { src: url, alt: described(file), draggable: false });
    image.addEventListener(
      "error",
      () => image.isConnected && this.#dialog.showProblem("This picture cannot be loaded just now."),
    );
    image.addEventListener("load", () => image.isConnected && this.#prepare());
    const { style } = this.#box;
    style.setProperty("--ratio", String(width / height));
    style.setProperty("--wide", `${width}px`);
    style.backgroundImage = [thumb, preview].flatMap((each) => (each ? `url("${each}")` : [])).join(", ");
    this.#box.replaceChildren(image);
    this.#setZoomed(false);
    const when = new Date(at);
    const said = file.description ? `${file.description} · ` : "";
    setText(
      this.#about,
      `${said}${sender.name}, ${dayLabel(when)}, ${shortTime(when)} · ${width} × ${height}, ${sizeName(bytes)}`,
    );
    Object.assign(this.#download, { href: url, download: name });
    this.#showArrows();
  }

  /** The picture is here: what comes next may be loaded. */
  async #prepare() {
    for (const step of /** @type {Step[]} */ ([1, -1])) {
      // Whoever goes there is told what went wrong.
      await this.gallery.expect(step).catch(() => {});
      const next = this.gallery.next(step);
      if (next && next.bytes <= AHEAD_BYTES) new Image().src = next.url;
    }
    this.#showArrows();
  }

  #showArrows() {
    for (const step of /** @type {Step[]} */ ([1, -1])) {
      const may = this.gallery.mayGo(step);
      if (!may && this.#go[step] === document.activeElement) this.#stage.focus();
      showIf(this.#go[step], may);
    }
  }

  get #zoomed() {
    return this.#stage.classList.contains("zoomed");
  }

  /** @param {boolean} zoomed */
  #setZoomed(zoomed) {
    this.#stage.classList.toggle("zoomed", zoomed);
    setText(this.#zoom, zoomed ? "Fit to screen" : "Actual size");
    this.#showZoom();
  }

  /** Nothing is to be gained where the whole picture has space. */
  #showZoom() {
    showIf(this.#zoom, this.#zoomed || this.#box.clientWidth < (this.gallery.current?.width ?? 0));
  }

  /** @param {number} message */
  #deleted(message) {
    if (this.gallery.remove(message)) this.#draw();
    else this.#showArrows();
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    const step = /** @type {Record<string, Step>} */ ({ ArrowLeft: -1, ArrowRight: 1 })[event.key];
    // Within a picture that does not fit, the arrows go about in it.
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey || this.#zoomed) return;
    event.preventDefault();
    void this.#step(step);
  }

  /** @param {string} sign @param {string} label @param {Step} step */
  #arrow(sign, label, step) {
    const button = makeButton(`viewer-arrow ${step < 0 ? "back" : "on"}`, sign, () => this.#step(step));
    button.setAttribute("aria-label", label);
    return button;
  }
}
