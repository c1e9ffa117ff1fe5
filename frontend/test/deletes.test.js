// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";
import { Refused, Unreachable } from "../src/logic/api.js";
import { createDeletes } from "../src/logic/deletes.js";
import { createKept } from "../src/logic/drafts.js";
import { memory } from "./around.js";

function scene(answers = []) {
  const seen = { sent: [], timers: [], refused: [] };
  const storage = memory();
  const make = () =>
    createDeletes({
      api: async (method, path, options) => {
        seen.sent.push(`${method} ${path}${options.keepalive ? " keepalive" : ""}`);
        const answer = answers.shift();
        if (answer) throw answer;
      },
      kept: createKept(() => storage),
      account: () => 1,
      later: (act) => seen.timers.push(act) - 1,
      never: (timer) => delete seen.timers[timer],
      refused: (id) => seen.refused.push(id),
    });
  return { deletes: make(), again: make, seen };
}

test("nothing is sent while it can be taken back, and nothing after it was", () => {
  const { deletes, seen } = scene();
  deletes.schedule(3);
  assert.deepEqual([seen.sent, deletes.pending()], [[], [3]]);
  assert.equal(deletes.undo(), 3);
  seen.timers.forEach((act) => act());
  assert.deepEqual([seen.sent, deletes.pending()], [[], []]);
});

test("sent when its time is over, when another follows, and when the page goes", async () => {
  const { deletes, seen } = scene();
  deletes.schedule(3);
  seen.timers.pop()();
  deletes.schedule(4);
  deletes.schedule(5);
  await deletes.flush(true);
  assert.deepEqual(seen.sent, ["DELETE /entries/3", "DELETE /entries/4", "DELETE /entries/5 keepalive"]);
  assert.deepEqual(deletes.pending(), []);
});

test("what was not confirmed is sent again by the next page; what is gone already is done", async () => {
  const { deletes, again, seen } = scene([new Unreachable("cut"), new Refused(404, "", 0)]);
  deletes.schedule(3);
  await deletes.flush(true);
  assert.deepEqual(deletes.pending(), [3]);
  const next = again();
  await next.retry();
  assert.deepEqual([next.pending(), seen.refused, seen.sent.length], [[], [], 2]);
});

test("an ended session does not take the deletion back, a refusal does", async () => {
  const { deletes, seen } = scene([new Refused(401, "", 0), new Refused(403, "", 0)]);
  deletes.schedule(3);
  await deletes.flush();
  assert.deepEqual(deletes.pending(), [3]);
  await deletes.retry();
  assert.deepEqual([deletes.pending(), seen.refused], [[], [3]]);
});

test("nobody runs out of time at the button", () => {
  const { deletes, seen } = scene();
  deletes.schedule(3);
  deletes.hold();
  assert.deepEqual(seen.timers.filter(Boolean), []);
  deletes.release();
  assert.equal(seen.timers.filter(Boolean).length, 1);
});
