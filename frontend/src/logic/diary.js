// SPDX-License-Identifier: GPL-3.0-or-later
// The list of entries as it was asked for last: kept while one of them is read, so that nobody loses the place.

import { createStore } from "./store.js";

/** @typedef {import("./shapes.js").Entry} Entry */
/**
 * status: nothing yet or another question (loading), there, more on its way, or failed and to be asked again
 * @typedef {{q: string, month: string, items: Entry[], cursor: string | null, status: "loading" | "ready" | "more" | "failed", error?: unknown}} Listed
 */

const PAGE = 20;
/** @type {Listed} */
export const NOTHING = { q: "", month: "", items: [], cursor: null, status: "loading" };

/**
 * @param {import("./api.js").Api} api
 * @param {() => number[]} hidden what is about to be deleted
 */
export function createDiary(api, hidden) {
  const store = createStore(NOTHING);
  let asked = 0;
  let fresh = false;

  /**
   * @param {Listed} from
   * @param {string | null} cursor
   * @param {Entry[]} otherwise what is shown when no answer comes
   */
  async function page(from, cursor, otherwise) {
    const turn = ++asked;
    try {
      const answer = await api("GET", `/entries?${query(from, cursor)}`);
      if (turn !== asked) return;
      const before = cursor ? from.items : [];
      store.set({ ...from, items: joined(before, visible(answer.items)), cursor: answer.next_cursor, status: "ready" });
      fresh = true;
    } catch (error) {
      if (turn === asked) store.set({ ...from, items: otherwise, status: "failed", error });
    }
  }

  /** @param {Entry[]} items */
  function visible(items) {
    const away = new Set(hidden());
    return items.filter((entry) => !away.has(entry.id));
  }

  return {
    store,
    /**
     * Asks when that is another question than the last one, or something changed.
     * @param {string} q
     * @param {string} month
     */
    show(q, month) {
      const now = store.get();
      const other = now.q !== q || now.month !== month;
      if (!other && fresh) return Promise.resolve();
      fresh = false;
      /** @type {Listed} what is seen stays until the answer is there */
      const from = { ...now, q, month, cursor: null, status: "loading" };
      store.set(from);
      return page(from, null, other ? [] : now.items);
    },
    more() {
      const now = store.get();
      if (now.status === "more" || now.status === "loading") return Promise.resolve();
      store.set({ ...now, status: now.items.length ? "more" : "loading" });
      return page(now, now.items.length ? now.cursor : null, now.items);
    },
    /** @param {Entry} entry written anew or changed */
    put(entry) {
      const now = store.get();
      if (now.items.some((other) => other.id === entry.id)) {
        store.set({ ...now, items: now.items.map((other) => (other.id === entry.id ? entry : other)) });
      } else if (fresh && !now.q && !now.month) {
        store.set({ ...now, items: [entry, ...now.items] });
      } else {
        fresh = false;
      }
    },
    /** @param {number} id */
    drop(id) {
      const now = store.get();
      store.set({ ...now, items: now.items.filter((entry) => entry.id !== id) });
    },
    /** Asked again when it is shown next. */
    stale() {
      fresh = false;
    },
    /** @param {number} id */
    find: (id) => store.get().items.find((entry) => entry.id === id),
    forget() {
      asked++;
      fresh = false;
      store.set(NOTHING);
    },
  };
}

/**
 * @param {{q: string, month: string}} from
 * @param {string | null} cursor
 */
function query(from, cursor) {
  const wanted = new URLSearchParams({ limit: String(PAGE) });
  if (from.q) wanted.set("q", from.q);
  if (from.month) wanted.set("month", from.month);
  if (cursor) wanted.set("cursor", cursor);
  return wanted.toString();
}

/**
 * A page may repeat what was put on top meanwhile.
 * @param {Entry[]} before
 * @param {Entry[]} after
 */
function joined(before, after) {
  const known = new Set(before.map((entry) => entry.id));
  return [...before, ...after.filter((entry) => !known.has(entry.id))];
}
