import { find } from "../dom/elements.js";

/** The server said no, or could not be asked. `message` is for the reader. */
export class ApiError extends Error {
  /** @param {string} message @param {number} [waitMs] after so long one may ask again; 0 if the server named no time */
  constructor(message, waitMs = 0) {
    super(message);
    this.waitMs = waitMs;
  }
}

/**
 * Asks the server over HTTP, for what needs no socket (docs/http.md).
 *
 * @param {"GET" | "POST" | "PATCH"} method
 * @param {string} path
 * @param {object} [body]
 * @param {AbortSignal} [signal] ends it, with an error like any other
 * @returns {Promise<any>}
 */
export async function ask(method, path, body, signal) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = find("input[name=csrfmiddlewaretoken]", HTMLInputElement).value;
  if (body) headers["Content-Type"] = "application/json";
  const answer = await reach(path, {
    method,
    headers,
    signal: signal ?? null,
    ...(body && { body: JSON.stringify(body) }),
  });
  const said = await answer.json().catch(() => null);
  if (answer.ok && said === null)
    throw new ApiError("Something else answered in place of the server. Check the connection and try again.");
  if (answer.ok) return said;
  const message = said?.message ?? `The server did not understand this page (${answer.status}). Please reload it.`;
  throw new ApiError(message, Number(answer.headers.get("Retry-After")) * 1000 || 0);
}

/** @param {string} path @param {RequestInit} request */
async function reach(path, request) {
  try {
    return await fetch(path, request);
  } catch {
    throw new ApiError("The server cannot be reached. Check the connection and try again.");
  }
}
