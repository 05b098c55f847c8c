import { newClientId } from "./client_id.js";
import { notDone } from "../page/explanations.js";
import { change } from "../connection/protocol.js";

const ANSWER_MS = 15_000;

/**
 * Sending without the outbox, for when the `chat_queue` flag is off: one message at a time, and the composer keeps the text until
 * the server has it. A second try of the same text is the same message, so that a lost ack does not double it.
 */
export class PlainSend {
  /** @type {{clientId: string, operation: import("./operation.js").Operation} | null} */
  #sending = null;
  #busy = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {import("../composer/composer.js").Composer} composer
   * @param {{send: (frame: import("../connection/protocol.js").ClientFrame) => boolean, reconnect: () => void}} connection
   */
  constructor(composer, connection) {
    this.composer = composer;
    this.connection = connection;
  }

  /** @param {import("./operation.js").Operation} operation */
  submit(operation) {
    if (this.#busy) return;
    const same = JSON.stringify(this.#sending?.operation) === JSON.stringify(operation);
    if (!this.#sending || !same) this.#sending = { clientId: newClientId(), operation };
    if (!this.connection.send(change(this.#sending))) return this.composer.showProblem("Not sent: there is no connection.");
    this.composer.showProblem("");
    this.#setBusy(true);
    this.#timer = setTimeout(() => this.#failed("timeout"), ANSWER_MS);
  }

  /** @param {string} clientId */
  acked(clientId) {
    if (this.#sending?.clientId !== clientId) return;
    const { operation } = this.#sending;
    this.#sending = null;
    this.#setBusy(false);
    this.composer.release(operation);
  }

  /** @param {import("../connection/protocol.js").NackFrame} nack */
  nacked({ client_id, code, retry }) {
    if (this.#sending?.clientId !== client_id) return;
    this.#failed(code);
    // The server holds the room until this message comes again; should the writer change it, only a new connection forgets.
    if (retry) this.connection.reconnect();
    else this.#sending = null;
  }

  lost() {
    if (this.#busy) this.#failed("timeout");
  }

  /** @param {string} code */
  #failed(code) {
    this.#setBusy(false);
    this.composer.showProblem(`${notDone(this.#sending?.operation.kind ?? "send", code)} Your text is still here.`);
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    clearTimeout(this.#timer);
    this.#busy = busy;
    this.composer.setBusy(busy);
  }
}
