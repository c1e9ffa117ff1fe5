// SPDX-License-Identifier: GPL-3.0-or-later
// An entry is deleted some seconds after somebody said so. What was not sent yet is sent when the page goes, and what the
// server did not confirm is sent again: an entry that is gone cannot be deleted twice.

import { doubtful } from "./api.js";
import { createStore } from "./store.js";

export const SECONDS = 7;

/**
 * @typedef {object} Around
 * @property {import("./api.js").Api} api
 * @property {ReturnType<typeof import("./drafts.js").createKept>} kept
 * @property {() => number | undefined} account
 * @property {(act: () => void, milliseconds: number) => unknown} later
 * @property {(timer: any) => void} never
 * @property {(id: number) => void} refused the entry is still there, and is shown again
 */

/** @param {Around} around */
export function createDeletes(around) {
  /** @type {import("./store.js").Store<number | null>} the one that can be taken back */
  const last = createStore(/** @type {number | null} */ (null));
  /** @type {unknown} */
  let timer;
  const key = () => `echodiary:deletes:${around.account()}`;
  /** @returns {number[]} */
  const open = () => {
    try {
      const ids = JSON.parse(around.kept.get(key()) ?? "[]");
      return Array.isArray(ids) ? ids.filter(Number.isInteger) : [];
    } catch {
      return [];
    }
  };
  /** @param {number[]} ids */
  const remember = (ids) => (ids.length ? around.kept.set(key(), JSON.stringify(ids)) : around.kept.remove(key()));

  /**
   * @param {number} id
   * @param {boolean} [keepalive]
   */
  async function send(id, keepalive) {
    try {
      await around.api("DELETE", `/entries/${id}`, { keepalive });
    } catch (error) {
      const status = /** @type {{status?: number}} */ (error).status;
      // Of a session that ended, too: the same person comes back and meant it.
      if (doubtful(error) || status === 401 || status === 429) return;
      if (status !== 404) around.refused(id);
    }
    remember(open().filter((other) => other !== id));
  }

  /** Everything that is due, but for the one that can be taken back. */
  function retry() {
    if (around.account() === undefined) return Promise.resolve([]);
    return Promise.all(open().filter((id) => id !== last.get()).map((id) => send(id)));
  }

  /** @param {boolean} [keepalive] the page goes */
  function flush(keepalive) {
    around.never(timer);
    const id = last.get();
    if (id === null) return Promise.resolve();
    last.set(null);
    return send(id, keepalive);
  }

  return {
    last,
    retry,
    flush,
    pending: open,
    /** @param {number} id */
    schedule(id) {
      void flush();
      remember([...open().filter((other) => other !== id), id]);
      last.set(id);
      timer = around.later(() => void flush(), SECONDS * 1000);
    },
    /** @returns {number | null} which was taken back */
    undo() {
      around.never(timer);
      const id = last.get();
      last.set(null);
      remember(open().filter((other) => other !== id));
      return id;
    },
    /** Nobody runs out of time while at the button. */
    hold: () => around.never(timer),
    release() {
      around.never(timer);
      if (last.get() !== null) timer = around.later(() => void flush(), SECONDS * 1000);
    },
  };
}
