// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";
import { createApi, csrf, doubtful, Refused, Unreachable } from "../src/logic/api.js";

function around(answer) {
  const seen = { requests: [], signedOut: 0, reached: [] };
  const api = createApi({
    fetch: async (path, options) => {
      seen.requests.push({ path, ...options });
      return answer();
    },
    cookies: () => "a=b; echodiary_csrf=to%2Fken; c=d",
    signedOut: () => seen.signedOut++,
    reached: (now) => seen.reached.push(now),
  });
  return { api, seen };
}

test("what changes something brings the token, what reads does not", async () => {
  const { api, seen } = around(() => Response.json({ id: 1 }, { status: 201 }));
  assert.deepEqual(await api("POST", "/entries", { body: { title: "x" } }), { id: 1 });
  await api("GET", "/entries");
  assert.equal(seen.requests[0].headers["X-CSRF-Token"], "to/ken");
  assert.equal(seen.requests[0].body, '{"title":"x"}');
  assert.equal("X-CSRF-Token" in seen.requests[1].headers, false);
  assert.equal(csrf("my_echodiary_csrf=1"), "");
});

test("an ended session is told, unless the answer was about a password", async () => {
  const { api, seen } = around(() => Response.json({ detail: "no" }, { status: 401 }));
  await assert.rejects(api("GET", "/entries"), Refused);
  assert.equal(seen.signedOut, 1);
  await assert.rejects(api("POST", "/session", { quiet: true }), { status: 401 });
  assert.equal(seen.signedOut, 1);
});

test("refusals carry why and for how long; a page of a proxy is no reason", async () => {
  const { api } = around(() => Response.json({ detail: "slow down" }, { status: 429, headers: { "Retry-After": "30" } }));
  await assert.rejects(api("POST", "/session"), { status: 429, detail: "slow down", seconds: 30 });
  const { api: proxied } = around(() => new Response("<html>", { status: 502 }));
  await assert.rejects(proxied("GET", "/entries"), { status: 502, detail: "", seconds: 0 });
});

test("a connection that breaks leaves a doubt, whenever it breaks", async () => {
  const { api, seen } = around(() => {
    throw new TypeError("Failed to fetch");
  });
  const error = await api("POST", "/entries").catch((failed) => failed);
  assert.ok(error instanceof Unreachable && doubtful(error));
  const broken = () => new Response(new ReadableStream({ start: (stream) => stream.error(new TypeError("reset")) }), { status: 201 });
  const { api: half, seen: other } = around(broken);
  assert.ok(doubtful(await half("POST", "/entries").catch((failed) => failed)));
  assert.deepEqual([seen.reached, other.reached], [[false], [true, false]]);
  assert.ok(doubtful(new Refused(503, "", 1)) && !doubtful(new Refused(422, "", 0)));
});
