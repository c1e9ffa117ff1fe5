// SPDX-License-Identifier: GPL-3.0-or-later
// A draft becomes an entry once, however often the network fails. What was sent without an answer is remembered with the
// draft, on the device: before it is sent again the diary is asked whether it has it, also after the page was closed.

import { doubtful } from "./api.js";

/** @typedef {import("./shapes.js").Draft} Draft */
/** @typedef {import("./shapes.js").Entry} Entry */
/** @typedef {import("./shapes.js").Fields} Fields */
/** @typedef {import("./shapes.js").Page} Page */

/** The server ends every request after 15 s. What is not in the diary after this will not come any more. */
export const SETTLED = 17_000;
const PAUSES = [2_000, 4_000, 8_000, 15_000];

/**
 * @typedef {object} Around
 * @property {import("./api.js").Api} api
 * @property {import("./drafts.js").Drafts} drafts
 * @property {() => number} now milliseconds
 * @property {(milliseconds: number) => Promise<void>} wait shorter when the network comes back; throws when somebody stops it
 * @property {(waiting: boolean) => void} tell
 */

/**
 * @param {Fields} draft
 * @param {string} title for one that has none
 * @returns {Fields}
 */
export function fieldsOf(draft, title) {
  return { title: clean(draft.title).trim() || title, body: clean(draft.body), mood: draft.mood };
}

/**
 * PostgreSQL holds no NUL, JSON no half of a pair.
 * @param {string} text
 */
function clean(text) {
  return text.replaceAll("\0", "").toWellFormed();
}

/**
 * @param {Around} around
 * @param {string} title
 * @returns {Promise<Entry | null>} null: another window saved it meanwhile
 */
export async function saveNew(around, title) {
  const draft = around.drafts.read("new");
  if (!draft) return null;
  return again(around, () => sendNew(around, title));
}

/**
 * @param {Around} around
 * @param {number} id
 * @param {Fields} fields
 * @returns {Promise<Entry>}
 */
export function saveChanged(around, id, fields) {
  return again(around, async () => {
    const entry = await around.api("PATCH", `/entries/${id}`, { body: fields });
    around.drafts.clear(String(id));
    return entry;
  });
}

/**
 * Until it is done or refused.
 * @template T
 * @param {Around} around
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
async function again(around, act) {
  for (let turn = 0; ; turn++) {
    try {
      return await act();
    } catch (error) {
      if (!doubtful(error)) throw error;
      around.tell(true);
      await around.wait(PAUSES[Math.min(turn, PAUSES.length - 1)]);
    }
  }
}

/**
 * @param {Around} around
 * @param {string} title
 * @returns {Promise<Entry | null>}
 */
async function sendNew(around, title) {
  const { api, drafts, now } = around;
  const draft = drafts.read("new");
  if (!draft) return null;
  const written = draft.attempt && (await arrived(around, draft.attempt));
  const fields = fieldsOf(draft, title);
  if (written) return finish(around, written, fields);
  const mark = draft.attempt ? draft.attempt.mark : await newest(api);
  const attempt = { fields, mark, at: now() };
  drafts.write("new", { ...draft, attempt });
  try {
    const entry = await api("POST", "/entries", { body: fields });
    return finish(around, (await find(api, attempt)) ?? entry, fields);
  } catch (error) {
    drafts.write("new", doubtful(error) ? { ...draft, attempt: { ...attempt, at: now() } } : { ...draft, attempt: undefined });
    throw error;
  }
}

/**
 * Looks until it is there or cannot come any more.
 * @param {Around} around
 * @param {import("./shapes.js").Attempt} attempt
 * @returns {Promise<Entry | null>}
 */
async function arrived(around, attempt) {
  for (;;) {
    const late = around.now() >= attempt.at + SETTLED || around.now() < attempt.at;
    const found = await find(around.api, attempt);
    if (found || late) return found;
    around.tell(true);
    await around.wait(PAUSES[0]);
  }
}

/**
 * Browsers send a request again, unasked, when a connection that was in use before is cut: then there are two, and one goes.
 * @param {import("./api.js").Api} api
 * @param {import("./shapes.js").Attempt} attempt
 * @returns {Promise<Entry | null>}
 */
async function find(api, { fields, mark }) {
  let cursor = "";
  for (;;) {
    /** @type {Page} */
    const page = await api("GET", `/entries?limit=100${cursor}`);
    const [found, ...twins] = page.items.filter((entry) => entry.id > mark && same(entry, fields)).reverse();
    for (const twin of twins) await api("DELETE", `/entries/${twin.id}`).catch(unlessGone);
    if (found) return found;
    if (!page.next_cursor || page.items.every((entry) => entry.id <= mark)) return null;
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
}

/** @param {{status?: number}} error */
function unlessGone(error) {
  if (error.status !== 404) throw error;
}

/**
 * @param {import("./api.js").Api} api
 * @returns {Promise<number>}
 */
async function newest(api) {
  /** @type {Page} */
  const page = await api("GET", "/entries?limit=1");
  return page.items[0]?.id ?? 0;
}

/**
 * It was written after all; what was changed since goes after it.
 * @param {Around} around
 * @param {Entry} entry
 * @param {Fields} fields
 */
async function finish(around, entry, fields) {
  const last = same(entry, fields) ? entry : await around.api("PATCH", `/entries/${entry.id}`, { body: fields });
  around.drafts.clear("new");
  return last;
}

/**
 * @param {Fields} one
 * @param {Fields} other
 */
export function same(one, other) {
  return one.title === other.title && one.body === other.body && one.mood === other.mood;
}
