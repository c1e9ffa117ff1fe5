// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";
import { chooseLanguage, WORDS } from "../src/words/choose.js";

test("the account's language comes first, then what was chosen here, then the browser's", () => {
  assert.equal(chooseLanguage({ account: "ko", chosen: "en", browser: ["en"] }), "ko");
  assert.equal(chooseLanguage({ chosen: "ko", browser: ["en-GB"] }), "ko");
  assert.equal(chooseLanguage({ chosen: null, browser: ["fr-FR", "ko-KR", "en"] }), "ko");
  assert.equal(chooseLanguage({ chosen: "de", browser: ["fr"] }), "en");
});

test("both languages say the same things", () => {
  assert.deepEqual(shape(WORDS.ko), shape(WORDS.en));
});

test("no sentence is empty, and none was forgotten in the other language", () => {
  const same = Object.keys(WORDS.en).filter((key) => typeof WORDS.en[key] === "string" && WORDS.en[key] === WORDS.ko[key]);
  assert.deepEqual(same, ["name"]);
  assert.equal(JSON.stringify(WORDS).includes('""'), false);
});

function shape(words) {
  return Object.fromEntries(Object.entries(words).map(([key, value]) => [key, value !== null && typeof value === "object" ? shape(value) : typeof value]));
}
