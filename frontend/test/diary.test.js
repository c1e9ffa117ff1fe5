// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";
import { createDiary } from "../src/logic/diary.js";

const entry = (id) => ({ id, title: `day ${id}`, body: "", mood: null, created_at: "", updated_at: "" });

function server() {
  const asked = [];
  const api = (method, path) => new Promise((resolve, reject) => asked.push({ path, resolve, reject }));
  return { api, asked };
}

test("pages follow each other, and no entry is there twice", async () => {
  const { api, asked } = server();
  const diary = createDiary(api, () => []);
  const first = diary.show("", "");
  asked[0].resolve({ items: [entry(3), entry(2)], next_cursor: "c" });
  await first;
  const second = diary.more();
  void diary.more();
  assert.equal(asked.length, 2);
  assert.match(asked[1].path, /cursor=c/);
  asked[1].resolve({ items: [entry(2), entry(1)], next_cursor: null });
  await second;
  assert.deepEqual(diary.store.get().items.map(({ id }) => id), [3, 2, 1]);
});

test("the answer to an older question is not shown", async () => {
  const { api, asked } = server();
  const diary = createDiary(api, () => []);
  const slow = diary.show("ra", "");
  const quick = diary.show("rain", "");
  asked[1].resolve({ items: [entry(2)], next_cursor: null });
  await quick;
  asked[0].resolve({ items: [entry(9)], next_cursor: null });
  await slow;
  assert.deepEqual(diary.store.get().items.map(({ id }) => id), [2]);
});

test("what is about to be deleted does not come back with the next page", async () => {
  const { api, asked } = server();
  const diary = createDiary(api, () => [2]);
  const shown = diary.show("", "");
  asked[0].resolve({ items: [entry(2), entry(1)], next_cursor: null });
  await shown;
  assert.deepEqual(diary.store.get().items.map(({ id }) => id), [1]);
});

test("a failure is told; a failed search shows nothing of the question before", async () => {
  const { api, asked } = server();
  const diary = createDiary(api, () => []);
  const shown = diary.show("", "");
  asked[0].resolve({ items: [entry(1)], next_cursor: null });
  await shown;
  const failed = diary.show("x", "");
  asked[1].reject(new Error("cut"));
  await failed;
  assert.deepEqual([diary.store.get().status, diary.store.get().items], ["failed", []]);
  const again = diary.more();
  asked[2].resolve({ items: [entry(4)], next_cursor: null });
  await again;
  assert.equal(asked[2].path, "/entries?limit=20&q=x");
  assert.equal(diary.store.get().status, "ready");
});

test("a new entry is on top of the diary, but not of a search that may not have it", async () => {
  const { api, asked } = server();
  const diary = createDiary(api, () => []);
  const shown = diary.show("", "");
  asked[0].resolve({ items: [entry(1)], next_cursor: null });
  await shown;
  diary.put(entry(2));
  assert.deepEqual(diary.store.get().items.map(({ id }) => id), [2, 1]);
  await diary.show("", "");
  assert.equal(asked.length, 1);
  const found = diary.show("x", "");
  asked[1].resolve({ items: [], next_cursor: null });
  await found;
  diary.put(entry(3));
  assert.deepEqual(diary.store.get().items, []);
  void diary.show("x", "");
  assert.equal(asked.length, 3);
});
