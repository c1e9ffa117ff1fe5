// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";
import { fieldsOf, saveChanged, saveNew } from "../src/logic/saving.js";
import { world } from "./around.js";

const DRAFT = { title: " Tuesday ", body: "rain", mood: "good" };
const written = (around) => around.entries.filter((entry) => entry.title === "Tuesday");

for (const fates of [[], ["lost"], ["unheard"], ["late"], ["lost", "unheard"], ["unheard", "unheard"], ["lost", "late", "lost"], ["twice"], ["lost", "twice"], [503, "lost", 504]]) {
  test(`written once: ${fates.join(", ") || "all is well"}`, async () => {
    const around = world([...fates]);
    around.drafts.write("new", DRAFT);
    const entry = await saveNew(around, "a day");
    assert.equal(written(around).length, 1);
    assert.equal(entry.id, written(around)[0].id);
    assert.equal(around.drafts.read("new"), null);
  });
}

test("also when the page was closed before the answer, and opened again", async () => {
  const around = world(["unheard"]);
  around.drafts.write("new", DRAFT);
  const closed = new Error("the page is gone");
  await assert.rejects(saveNew({ ...around, wait: () => Promise.reject(closed) }, "a day"), closed);
  await saveNew(around, "a day");
  assert.equal(written(around).length, 1);
});

test("what was added while nobody knew becomes a change of what was written", async () => {
  const around = world(["unheard"]);
  around.drafts.write("new", DRAFT);
  await assert.rejects(saveNew({ ...around, wait: () => Promise.reject(new Error("keep writing")) }, "a day"));
  around.drafts.write("new", { ...around.drafts.read("new"), body: "rain, then sun" });
  await saveNew(around, "a day");
  assert.deepEqual(written(around).map((entry) => entry.body), ["rain, then sun"]);
});

test("the same words on another day are another entry", async () => {
  const around = world();
  for (let n = 0; n < 2; n++) {
    around.drafts.write("new", DRAFT);
    await saveNew(around, "a day");
  }
  assert.equal(written(around).length, 2);
});

test("two windows with one draft write it once", async () => {
  const around = world(["unheard"]);
  around.drafts.write("new", DRAFT);
  const other = { ...around };
  const meanwhile = async () => void (await saveNew(other, "a day"));
  assert.equal(await saveNew({ ...around, wait: meanwhile }, "a day"), null);
  assert.equal(written(around).length, 1);
});

test("a refusal is told, the draft stays, and no doubt with it", async () => {
  const around = world([422]);
  around.drafts.write("new", DRAFT);
  await assert.rejects(saveNew(around, "a day"), { status: 422 });
  assert.deepEqual({ ...around.drafts.read("new"), attempt: undefined }, { ...DRAFT, attempt: undefined });
  assert.equal(around.drafts.read("new").attempt, undefined);
});

test("a change is sent until it is there", async () => {
  const around = world();
  around.drafts.write("7", DRAFT);
  await saveChanged(around, 7, { body: "new" });
  assert.equal(around.entries.find((entry) => entry.id === 7).body, "new");
  assert.equal(around.drafts.read("7"), null);
});

test("a title is more than spaces, and nothing is sent that the database cannot hold", () => {
  assert.deepEqual(fieldsOf({ title: "  ", body: "a\0b\ud800c", mood: null }, "Tuesday"), { title: "Tuesday", body: "ab\ufffdc", mood: null });
});
