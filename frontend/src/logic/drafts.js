// SPDX-License-Identifier: GPL-3.0-or-later
// What was written and not saved, kept on this device for one account: until it is saved, discarded or signed out.

/** @typedef {import("./shapes.js").Draft} Draft */
/** @typedef {ReturnType<typeof createDrafts>} Drafts */

/**
 * @param {() => Storage} storage may throw: a browser can refuse to keep anything
 * @param {() => number | undefined} account whose drafts they are
 */
export function createDrafts(storage, account) {
  const kept = createKept(storage);
  /** @param {string} which "new", or the number of an entry */
  const key = (which) => `echodiary:draft:${account()}:${which}`;
  return {
    /**
     * @param {string} which
     * @returns {Draft | null}
     */
    read(which) {
      return parse(kept.get(key(which)));
    },
    /**
     * @param {string} which
     * @param {Draft} draft
     */
    write(which, draft) {
      kept.set(key(which), JSON.stringify(draft));
    },
    /** @param {string} which */
    clear(which) {
      kept.remove(key(which));
    },
    /** @returns {string[]} which there are */
    list() {
      const start = key("");
      return kept.keys().filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
    },
    /**
     * Of an entry that is no more: what was written becomes part of a new one.
     * @param {string} which
     */
    rescue(which) {
      const [lost, there] = [this.read(which), this.read("new")];
      if (!lost) return;
      const { title, body, mood } = lost;
      this.write("new", there ? { ...there, body: [there.body, title, body].filter(Boolean).join("\n\n") } : { title, body, mood });
      this.clear(which);
    },
    clearAll() {
      for (const which of this.list()) this.clear(which);
    },
  };
}

/**
 * @param {string | null} text
 * @returns {Draft | null}
 */
function parse(text) {
  try {
    const draft = JSON.parse(text ?? "null");
    return draft && typeof draft.title === "string" && typeof draft.body === "string" ? draft : null;
  } catch {
    return null;
  }
}

/**
 * A storage that never throws: what the browser does not keep is kept for as long as the page is open.
 * @param {() => Storage} storage
 */
export function createKept(storage) {
  /** @type {Map<string, string>} */
  const own = new Map();
  /**
   * @template T
   * @param {(found: Storage) => T} use
   * @param {T} otherwise
   */
  const attempt = (use, otherwise) => {
    try {
      return use(storage());
    } catch {
      return otherwise;
    }
  };
  return {
    /** @param {string} key */
    get: (key) => own.get(key) ?? attempt((found) => found.getItem(key), null),
    /**
     * @param {string} key
     * @param {string} value
     */
    set(key, value) {
      const written = attempt((found) => (found.setItem(key, value), true), false);
      if (written) own.delete(key);
      else own.set(key, value);
    },
    /** @param {string} key */
    remove(key) {
      own.delete(key);
      attempt((found) => found.removeItem(key), undefined);
    },
    keys: () => [...new Set([...own.keys(), ...attempt((found) => Object.keys(found), /** @type {string[]} */ ([]))])],
  };
}
