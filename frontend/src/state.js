// SPDX-License-Identifier: GPL-3.0-or-later
// What the pages share: who is signed in, where one is, what the network does. Everything that has an effect begins here.

import { createApi } from "./logic/api.js";
import { createDeletes } from "./logic/deletes.js";
import { createDiary } from "./logic/diary.js";
import { createDrafts, createKept } from "./logic/drafts.js";
import { parse } from "./logic/router.js";
import { createStore } from "./logic/store.js";
import { chooseLanguage, WORDS } from "./words/choose.js";

/** @typedef {import("./logic/shapes.js").Account} Account */
/** @typedef {import("./logic/shapes.js").Offer} Offer */
/** @typedef {import("./logic/shapes.js").Language} Language */
/** @typedef {{status: "asking" | "failed" | "out" | "in", account?: Account, ended?: boolean}} Session */

const LANGUAGE = "echodiary:language";
/** While nothing answers, how often somebody looks whether it does again. */
const LOOK = 4_000;

export const session = createStore(/** @type {Session} */ ({ status: "asking" }));
export const offer = createStore(/** @type {Offer} */ ({ password: true, sign_up: false, oidc: null, question: false }));
export const place = createStore(parse(location.hash));
export const reached = createStore(navigator.onLine);
export const toast = createStore(/** @type {{text: string} | null} */ (null));
export const kept = createKept(() => localStorage);
export const language = createStore(/** @type {Language} */ (chosen()));

const accountId = () => session.get().account?.id;

export const api = createApi({
  fetch: (...request) => fetch(...request),
  cookies: () => document.cookie,
  signedOut: () => left(true),
  reached: (now) => reached.set(now),
});
export const drafts = createDrafts(() => localStorage, accountId);
export const deletes = createDeletes({
  api,
  kept,
  account: accountId,
  later: (act, milliseconds) => setTimeout(act, milliseconds),
  never: (timer) => clearTimeout(timer),
  refused() {
    diary.stale();
    say(words().notDeleted);
  },
});
export const diary = createDiary(api, () => deletes.pending());

export const words = () => WORDS[language.get()];

/** @param {string} text */
export function say(text) {
  toast.set({ text });
}

/** @param {string} fragment */
export function go(fragment) {
  location.hash = fragment;
}

/**
 * Without a step of history: what was searched for, and tokens, which have no business there.
 * @param {string} fragment
 */
export function replace(fragment) {
  history.replaceState(null, "", fragment);
  place.set(parse(fragment));
}

/** Asks who this is; the pages are drawn meanwhile. */
export async function begin() {
  session.set({ status: "asking" });
  try {
    const [offered, account] = await Promise.all([api("GET", "/sign-in"), who()]);
    offer.set(offered);
    if (account) arrived(account);
    else session.set({ status: "out" });
  } catch {
    session.set({ status: "failed" });
  }
}

/** @returns {Promise<Account | null>} */
async function who() {
  // Who has no such cookie has no session either.
  if (!document.cookie.includes("echodiary_csrf=")) return null;
  try {
    return await api("GET", "/session", { quiet: true });
  } catch (error) {
    if (/** @type {{status?: number}} */ (error).status === 401) return null;
    throw error;
  }
}

/** @param {Account} account */
export function arrived(account) {
  if (session.get().account?.id !== account.id) diary.forget();
  diary.stale();
  session.set({ status: "in", account });
  language.set(account.language);
  void deletes.retry();
}

/** @param {boolean} ended by the server, and not by whoever sits here */
function left(ended) {
  if (session.get().status !== "in") return;
  diary.forget();
  session.set({ status: "out", ended });
}

export async function signOut() {
  await deletes.flush();
  await api("DELETE", "/session", { quiet: true }).catch(ifGone);
  forget();
}

/** Nothing of this account stays on the device. */
export function forget() {
  drafts.clearAll();
  left(false);
  go("#/sign-in");
}

/** @param {{status?: number}} error */
function ifGone(error) {
  if (error.status !== 401) throw error;
}

/** @param {Language} wanted */
export async function speak(wanted) {
  const before = language.get();
  language.set(wanted);
  kept.set(LANGUAGE, wanted);
  if (session.get().status !== "in") return;
  try {
    session.set({ status: "in", account: await api("PATCH", "/account", { body: { language: wanted } }) });
  } catch (error) {
    language.set(before);
    throw error;
  }
}

/** @returns {Language} */
function chosen() {
  return chooseLanguage({ chosen: kept.get(LANGUAGE), browser: navigator.languages });
}

addEventListener("hashchange", () => place.set(parse(location.hash)));
// A phone may never come back to a page that it put away.
addEventListener("pagehide", () => void deletes.flush(true));
addEventListener("offline", () => reached.set(false));
addEventListener("online", () => void look());
reached.follow(() => {
  if (reached.get()) void deletes.retry();
  else setTimeout(look, LOOK);
});

async function look() {
  try {
    offer.set(await api("GET", "/sign-in"));
  } catch {
    setTimeout(() => reached.get() || void look(), LOOK);
  }
}

/**
 * Time passes, or the network is back.
 * @param {number} milliseconds
 * @param {AbortSignal} signal ends it with an error
 * @returns {Promise<void>}
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let leave = () => {};
    const done = () => {
      leave();
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    const unfollow = reached.follow(() => reached.get() && done());
    const stop = () => {
      leave();
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop);
    leave = () => {
      clearTimeout(timer);
      unfollow();
      signal.removeEventListener("abort", stop);
    };
  });
}
