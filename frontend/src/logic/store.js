// SPDX-License-Identifier: GPL-3.0-or-later
// A value that views follow.

import { useEffect, useState } from "preact/hooks";

/**
 * @template T
 * @typedef {{get: () => T, set: (value: T) => void, follow: (listener: () => void) => () => void}} Store
 */

/**
 * @template T
 * @param {T} value
 * @returns {Store<T>}
 */
export function createStore(value) {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * @template T
 * @param {Store<T>} store
 * @returns {T}
 */
export function useStore(store) {
  const [, again] = useState({});
  const seen = store.get();
  useEffect(() => {
    // It may have changed between drawing and now.
    if (!Object.is(seen, store.get())) again({});
    return store.follow(() => again({}));
  }, [store]);
  return seen;
}
