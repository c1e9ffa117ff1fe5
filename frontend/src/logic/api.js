// SPDX-License-Identifier: GPL-3.0-or-later
// Requests to the API of this origin. Every failure is one of two: it was refused, or nothing is known of it.

/** The server gives up after 15 s; whoever waits a little longer hears what it has to say. */
const PATIENCE = 20_000;

export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   * @param {number} seconds after which it may be tried again
   */
  constructor(status, detail, seconds) {
    super(`${status} ${detail}`);
    this.status = status;
    this.detail = detail;
    this.seconds = seconds;
  }
}

export class Unreachable extends Error {}

/**
 * What failed so may have been done all the same: a server that is cut off, or that gave up, had perhaps written already.
 * @param {unknown} error
 */
export function doubtful(error) {
  return error instanceof Unreachable || (error instanceof Refused && error.status >= 500);
}

/**
 * @param {string} cookies as document.cookie has them
 * @returns {string}
 */
export function csrf(cookies) {
  const found = cookies.split("; ").find((cookie) => cookie.startsWith("echodiary_csrf="));
  return found ? decodeURIComponent(found.slice(found.indexOf("=") + 1)) : "";
}

/**
 * @typedef {object} Around what a browser has and a test brings
 * @property {typeof globalThis.fetch} fetch
 * @property {() => string} cookies
 * @property {() => void} signedOut called when the server no longer knows the session
 * @property {(reached: boolean) => void} reached
 */

/** @typedef {{body?: unknown, keepalive?: boolean, quiet?: boolean}} Options quiet: 401 is an answer, not the end of a session */
/** @typedef {(method: string, path: string, options?: Options) => Promise<any>} Api */

/**
 * @param {Around} around
 * @returns {Api}
 */
export function createApi(around) {
  return async (method, path, options = {}) => {
    const answer = await send(around, method, path, options);
    if (answer.ok) return answer.status === 204 ? null : read(around, answer);
    if (answer.status === 401 && !options.quiet) around.signedOut();
    throw new Refused(answer.status, await detail(answer), Number(answer.headers.get("Retry-After")) || 0);
  };
}

/**
 * @param {Around} around
 * @param {string} method
 * @param {string} path
 * @param {Options} options
 */
async function send(around, method, path, options) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  const token = method === "GET" ? "" : csrf(around.cookies());
  if (token) headers["X-CSRF-Token"] = token;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  try {
    const answer = await around.fetch(path, {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      credentials: "same-origin",
      cache: "no-store",
      keepalive: options.keepalive,
      signal: options.keepalive ? undefined : AbortSignal.timeout(PATIENCE),
    });
    around.reached(true);
    return answer;
  } catch (error) {
    around.reached(false);
    throw new Unreachable(String(error));
  }
}

/**
 * An answer that is cut off in its middle is none.
 * @param {Around} around
 * @param {Response} answer
 */
async function read(around, answer) {
  let text;
  try {
    text = await answer.text();
  } catch (error) {
    around.reached(false);
    throw new Unreachable(String(error));
  }
  return text ? JSON.parse(text) : null;
}

/** @param {Response} answer */
async function detail(answer) {
  try {
    const said = (await answer.json()).detail;
    return typeof said === "string" ? said : "";
  } catch {
    return "";
  }
}
