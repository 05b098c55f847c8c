import { newClientId } from "./items/client_id.js";
import { notDone } from "../connection/explanations.js";
import { change } from "../connection/protocol.js";
import { filesOf, uploadIdsOf } from "./items/operation.js";

/** @typedef {import("./items/operation.js").Operation} Operation */

const ANSWER_MS = 15_000;

/**
 * Doing without the outbox, for when the `chat_queue` flag is off: one operation at a time, nothing shows before the server has
 * it, and the composer keeps the text until then. A second try of the same is the same operation, so that a lost ack doubles nothing.
 */
export class PlainSend {
  /** @type {{clientId: string, operation: Operation} | null} */
  #current = null;
  #busy = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {import("../composer/composer.js").Composer} composer
   * @param {import("../uploads/uploads.js").Uploads} uploads
   * @param {{send: (frame: import("../connection/protocol.js").ClientFrame) => boolean, reconnect: () => void}} connection
   */
  constructor(composer, uploads, connection) {
    this.composer = composer;
    this.uploads = uploads;
    this.connection = connection;
  }

  /** @param {Operation} operation */
  submit(operation) {
    if (this.#busy) return this.composer.showProblem("Wait a moment: the server has not answered the last one yet.");
    if (!this.uploads.shelf.ready(filesOf(operation)))
      return this.composer.showProblem("The files are still being uploaded. Send it again when they are there.");
    const again = JSON.stringify(this.#current?.operation) === JSON.stringify(operation);
    if (!this.#current || !again) this.#current = { clientId: newClientId(), operation };
    if (!this.connection.send(change(this.#current)))
      return this.composer.showProblem("Not sent: there is no connection.");
    this.composer.showProblem("");
    this.#setBusy(true);
    this.#timer = setTimeout(() => this.#failed("timeout"), ANSWER_MS);
  }

  /** @param {string} clientId */
  acked(clientId) {
    if (this.#current?.clientId !== clientId) return;
    const { operation } = this.#current;
    this.#current = null;
    this.#setBusy(false);
    this.composer.release(operation);
    void this.uploads.forget(uploadIdsOf(operation));
  }

  /** @param {import("../connection/protocol.js").NackFrame} nack */
  nacked({ client_id, code, retry }) {
    if (this.#current?.clientId !== client_id) return;
    if (code === "not_ready") this.uploads.again(this.#current ? uploadIdsOf(this.#current.operation) : [], true);
    this.#failed(code);
    // The server holds the lane until this comes again; should the writer change it, only a new connection forgets.
    if (retry) this.connection.reconnect();
    else this.#current = null;
  }

  lost() {
    if (this.#busy) this.#failed("timeout");
  }

  /** @param {string} code */
  #failed(code) {
    this.#setBusy(false);
    const { operation } = this.#current ?? {};
    const text = operation && "body" in operation ? " Your text is still here." : "";
    this.composer.showProblem(notDone(operation?.kind ?? "send", code) + text);
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    clearTimeout(this.#timer);
    this.#busy = busy;
    this.composer.setBusy(busy);
  }
}
