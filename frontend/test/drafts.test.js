// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";
import { createDrafts, createKept } from "../src/logic/drafts.js";
import { memory } from "./around.js";

const DRAFT = { title: "t", body: "b", mood: null };

test("a draft is its account's alone, and goes when that signs out", () => {
  const storage = memory();
  let account = 1;
  const drafts = createDrafts(() => storage, () => account);
  drafts.write("new", DRAFT);
  drafts.write("3", DRAFT);
  account = 11;
  assert.equal(drafts.read("new"), null);
  assert.deepEqual(drafts.list(), []);
  drafts.write("new", DRAFT);
  drafts.clearAll();
  account = 1;
  assert.deepEqual(drafts.list().sort(), ["3", "new"]);
});

test("words for an entry that is no more are kept in a new one, after those that are there", () => {
  const storage = memory();
  const drafts = createDrafts(() => storage, () => 1);
  drafts.write("3", DRAFT);
  drafts.rescue("3");
  assert.deepEqual([drafts.read("3"), drafts.read("new")], [null, DRAFT]);
  drafts.write("4", { title: "u", body: "", mood: "bad" });
  drafts.rescue("4");
  assert.deepEqual(drafts.read("new"), { title: "t", body: "b\n\nu", mood: null });
  drafts.rescue("5");
  assert.deepEqual(drafts.list(), ["new"]);
});

test("what somebody else put there is no draft", () => {
  const storage = memory();
  const drafts = createDrafts(() => storage, () => 1);
  for (const odd of ["{", "null", "[]", '{"title": 3}']) {
    storage.setItem("echodiary:draft:1:new", odd);
    assert.equal(drafts.read("new"), null);
  }
});

test("a browser that keeps nothing still has it while the page is open", () => {
  const refusing = () => {
    throw new DOMException("SecurityError");
  };
  const kept = createKept(refusing);
  kept.set("a", "1");
  assert.equal(kept.get("a"), "1");
  assert.deepEqual(kept.keys(), ["a"]);
  kept.remove("a");
  assert.equal(kept.get("a"), null);
});

test("a full storage gives back what was written last", () => {
  const storage = memory();
  const kept = createKept(() => storage);
  kept.set("a", "old");
  const full = createKept(() => ({ getItem: storage.getItem, setItem: () => { throw new DOMException("QuotaExceededError"); }, removeItem: storage.removeItem }));
  full.set("a", "new");
  assert.equal(full.get("a"), "new");
});
