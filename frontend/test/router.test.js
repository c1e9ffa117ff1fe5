// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";
import { listed, parse } from "../src/logic/router.js";

test("views and what belongs to them", () => {
  assert.deepEqual(parse(""), { view: "list", id: "", q: "", month: "" });
  assert.equal(parse("#/entries/3").view, "entry");
  assert.deepEqual(parse("#/entries/3/edit"), { view: "edit", id: "3", q: "", month: "" });
  assert.deepEqual(parse("#/verify/a%2Fb"), { view: "verify", id: "a/b", q: "", month: "" });
});

test("what is no view is the list", () => {
  for (const odd of ["#/entries/0", "#/entries/-1", "#/entries/x", "#/constructor", "#/../etc", "#/entries"]) assert.equal(parse(odd).view, "list");
  assert.equal(parse("#/reset/%E0%A4%A").id, "%E0%A4%A");
});

test("a search survives its way through the address", () => {
  for (const q of ["비 & 눈?", "a=b&month=2026-01", "100 %", "#/new", "+"]) assert.equal(parse(listed(q, "2026-11")).q, q);
  assert.equal(parse(listed("", "2026-11")).month, "2026-11");
  assert.equal(parse("#/?month=2026-13").month, "");
  assert.equal(listed("", ""), "#/");
});
