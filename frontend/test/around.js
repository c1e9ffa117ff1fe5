// SPDX-License-Identifier: GPL-3.0-or-later
// A diary in memory behind a network that loses what a test says, and a clock that only waiting moves.

import { Refused, Unreachable } from "../src/logic/api.js";
import { createDrafts } from "../src/logic/drafts.js";

export function memory() {
  const held = new Map();
  return new Proxy(
    { getItem: (key) => held.get(key) ?? null, setItem: (key, value) => void held.set(key, value), removeItem: (key) => void held.delete(key) },
    { ownKeys: () => [...held.keys()], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) },
  );
}

/**
 * @param {string[]} fates of the writes in their order: "lost" (never arrives), "unheard" (done, the answer is lost), "late"
 *   (the answer is lost and it is done ten seconds later), "twice" (a browser sent it again by itself), a status, or what is not named: answered
 */
export function world(fates = []) {
  const entries = [{ id: 7, title: "before", body: "", mood: null }];
  let clock = 1_000_000;
  const due = [];
  const write = (body) => entries.unshift({ id: entries.length + 7, ...body, title: body.title.trim() });
  async function api(method, path, options = {}) {
    if (method === "GET") {
      const limit = Number(new URLSearchParams(path.split("?")[1]).get("limit"));
      return { items: entries.slice(0, limit), next_cursor: null };
    }
    if (method === "PATCH") return Object.assign(entries.find((entry) => path.endsWith(`/${entry.id}`)), options.body);
    if (method === "DELETE") return void entries.splice(entries.findIndex((entry) => path.endsWith(`/${entry.id}`)), 1);
    const fate = fates.shift();
    if (typeof fate === "number") throw new Refused(fate, "", 0);
    if (fate === "late") due.push({ at: clock + 10_000, body: options.body });
    if (fate === "twice") write(options.body);
    if (fate === undefined || fate === "unheard" || fate === "twice") write(options.body);
    if (fate && fate !== "twice") throw new Unreachable(fate);
    return entries[0];
  }
  async function wait(milliseconds) {
    clock += milliseconds;
    for (const late of due.splice(0)) late.at <= clock ? write(late.body) : due.push(late);
  }
  const storage = memory();
  const drafts = createDrafts(() => storage, () => 1);
  return { api, drafts, entries, wait, now: () => clock, tell: () => {} };
}
