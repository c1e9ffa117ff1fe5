// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";
import { monthBars, moodHeight, moodLine, nice } from "../src/logic/chart.js";

const BOX = { left: 50, right: 450, top: 10, bottom: 210 };
const day = (day, mood) => ({ day, entries: 1, mood });

test("the best mood is on top, the worst at the bottom", () => {
  assert.deepEqual([1, 3, 5].map((mood) => moodHeight(mood, BOX)), [210, 110, 10]);
});

test("days lie in proportion to their distance, in order, inside the box", () => {
  const { points } = moodLine([day("2026-11-30", 5), day("2026-11-01", 1), day("2026-11-15", null), day("2026-11-11", 3)], BOX);
  assert.deepEqual(points.map(({ x }) => Math.round(x)), [50, 188, 450]);
});

test("a line does not bridge a week of silence, nor a summer time", () => {
  const { lines } = moodLine([day("2026-10-24", 3), day("2026-10-26", 3), day("2026-11-20", 3), day("2026-11-21", 4)], BOX);
  assert.equal(lines.length, 2);
  assert.equal(moodLine([day("2026-11-01", 3)], BOX).lines.length, 0);
  assert.deepEqual(moodLine([], BOX), { points: [], lines: [], ticks: [] });
});

test("labels are days, different ones, from the first to the last", () => {
  const { ticks } = moodLine([day("2026-09-02", 3), day("2026-11-30", 4)], BOX);
  assert.equal(ticks[0].day, "2026-09-02");
  assert.equal(ticks[ticks.length - 1].day, "2026-11-30");
  assert.equal(new Set(ticks.map(({ day }) => day)).size, ticks.length);
});

test("a diary that began today ends there, and its labels are evenly apart", () => {
  const { points, ticks } = moodLine([day("2026-12-01", 3)], { ...BOX, right: 650 });
  assert.equal(points[0].x, 650);
  assert.deepEqual(ticks.map(({ day }) => day), ["2026-11-25", "2026-11-27", "2026-11-29", "2026-12-01"]);
});

test("months without an entry have their place, over the turn of a year too", () => {
  const { bars } = monthBars([{ month: "2027-01", entries: 4 }, { month: "2026-10", entries: 2 }], BOX);
  assert.deepEqual(bars.map(({ month }) => month), ["2026-08", "2026-09", "2026-10", "2026-11", "2026-12", "2027-01"]);
  assert.deepEqual(bars.map(({ entries }) => entries), [0, 0, 2, 0, 0, 4]);
  assert.equal(bars[5].height, 2 * bars[2].height);
  assert.ok(bars.every(({ x, width, y }) => x >= BOX.left && x + width <= BOX.right && y >= BOX.top));
});

test("no more months than fit", () => {
  const months = Array.from({ length: 40 }, (_, n) => ({ month: `${2020 + Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, "0")}`, entries: n }));
  assert.equal(monthBars(months, BOX, 12).bars.length, 12);
  assert.deepEqual(monthBars([], BOX), { bars: [], ticks: [] });
});

test("axes end at round numbers", () => {
  assert.deepEqual([0, 1, 3, 5, 7, 19, 23, 101].map(nice), [1, 1, 4, 6, 10, 20, 40, 200]);
});
