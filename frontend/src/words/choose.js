// SPDX-License-Identifier: GPL-3.0-or-later
// Which language: the account's, else what was chosen on this device, else the first of the browser's that there is.

import { en } from "./en.js";
import { ko } from "./ko.js";

/** @typedef {import("../logic/shapes.js").Language} Language */

export const WORDS = { en, ko };

/**
 * @param {{account?: string, chosen?: string | null, browser: readonly string[]}} from
 * @returns {Language}
 */
export function chooseLanguage({ account, chosen, browser }) {
  const wanted = [account, chosen, ...browser.map((tag) => tag.slice(0, 2).toLowerCase())];
  const found = wanted.find((tag) => tag === "ko" || tag === "en");
  return /** @type {Language} */ (found ?? "en");
}
