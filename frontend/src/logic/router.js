// SPDX-License-Identifier: GPL-3.0-or-later
// Views are told apart by the fragment, which no server ever sees: neither what is searched for nor the tokens of mails.

/** @typedef {{view: string, id: string, q: string, month: string}} Place */

const VIEWS = ["new", "statistics", "account", "sign-in", "sign-up", "forgotten", "verify", "reset"];
/** Whoever is not signed in sees one of these, and who is signed in none but the last two. */
export const OUTSIDE = ["sign-in", "sign-up", "forgotten", "verify", "reset"];

/**
 * @param {string} fragment
 * @returns {Place}
 */
export function parse(fragment) {
  const [path, query = ""] = fragment.replace(/^#\/?/, "").split("?");
  const wanted = new URLSearchParams(query);
  const [first = "", second = "", third = ""] = path.split("/");
  const place = { view: "list", id: "", q: wanted.get("q") ?? "", month: month(wanted.get("month")) };
  if (first === "entries" && /^[1-9]\d*$/.test(second)) return { ...place, view: third === "edit" ? "edit" : "entry", id: second };
  return VIEWS.includes(first) ? { ...place, view: first, id: part(second) } : place;
}

/**
 * @param {string} q
 * @param {string} month
 */
export function listed(q, month) {
  const query = new URLSearchParams([["q", q], ["month", month]].filter(([, value]) => value)).toString();
  return query ? `#/?${query}` : "#/";
}

/** @param {string | null} text */
function month(text) {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text ?? "") ? /** @type {string} */ (text) : "";
}

/** @param {string} text */
function part(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
