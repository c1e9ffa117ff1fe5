// SPDX-License-Identifier: GPL-3.0-or-later
// Where the points, bars and labels of a chart are.

/** @typedef {import("./shapes.js").Day} Day */
/** @typedef {import("./shapes.js").Month} Month */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Box */

const DAY = 86_400_000;

/** @param {string} day */
function number(day) {
  return Date.parse(`${day}T00:00:00Z`) / DAY;
}

/**
 * A line through the days that have a mood; days without one break it only when a week is missing.
 * @param {Day[]} days
 * @param {Box} box
 */
export function moodLine(days, box) {
  const rated = days.filter((day) => day.mood !== null).sort((one, other) => number(one.day) - number(other.day));
  if (!rated.length) return { points: [], lines: [], ticks: [] };
  const last = number(rated[rated.length - 1].day);
  const first = Math.min(number(rated[0].day), last - 6);
  /** @param {number} at */
  const x = (at) => box.left + ((at - first) / (last - first)) * (box.right - box.left);
  const points = rated.map((day) => ({ ...day, at: number(day.day), x: x(number(day.day)), y: moodHeight(day.mood ?? 0, box) }));
  return { points, lines: stretches(points), ticks: ticks(first, last, box).map((at) => ({ x: x(at), day: new Date(at * DAY).toISOString().slice(0, 10) })) };
}

/**
 * @param {number} mood 1 to 5
 * @param {Box} box
 */
export function moodHeight(mood, box) {
  return box.bottom - ((mood - 1) / 4) * (box.bottom - box.top);
}

/**
 * @param {{at: number, x: number, y: number}[]} points
 * @returns {string[]} what polylines are drawn through
 */
function stretches(points) {
  /** @type {{at: number, x: number, y: number}[][]} */
  const found = [];
  for (const point of points) {
    const open = found[found.length - 1];
    if (open && point.at - open[open.length - 1].at <= 7) open.push(point);
    else found.push([point]);
  }
  return found.filter((one) => one.length > 1).map((one) => one.map(({ x, y }) => `${round(x)},${round(y)}`).join(" "));
}

/**
 * As many as fit beside each other, at even distances where that can be, and the first and last day among them.
 * @param {number} first
 * @param {number} last
 * @param {Box} box
 */
function ticks(first, last, box) {
  const most = Math.max(2, Math.min(6, Math.floor((box.right - box.left) / 90)));
  const even = [most, most - 1, most - 2].find((many) => many > 2 && (last - first) % (many - 1) === 0);
  const wanted = even ?? most;
  return [...new Set(Array.from({ length: wanted }, (_, n) => Math.round(first + ((last - first) * n) / (wanted - 1))))];
}

/**
 * The last months up to the newest that has an entry; those without one as well.
 * @param {Month[]} months
 * @param {Box} box
 * @param {number} most
 */
export function monthBars(months, box, most = 12) {
  if (!months.length) return { bars: [], ticks: [] };
  const known = new Map(months.map(({ month, entries }) => [month, entries]));
  const names = [...known.keys()].sort();
  const shown = before(names[names.length - 1], names[0], most);
  const top = nice(Math.max(...shown.map((month) => known.get(month) ?? 0)));
  const step = (box.right - box.left) / shown.length;
  const width = Math.min(44, step * 0.64);
  const bars = shown.map((month, n) => {
    const entries = known.get(month) ?? 0;
    const height = (entries / top) * (box.bottom - box.top);
    return { month, entries, x: box.left + step * (n + 0.5) - width / 2, y: box.bottom - height, width, height, middle: box.left + step * (n + 0.5) };
  });
  return { bars, ticks: [0, top / 2, top].filter(Number.isInteger).map((entries) => ({ entries, y: box.bottom - (entries / top) * (box.bottom - box.top) })) };
}

/**
 * @param {string} newest
 * @param {string} oldest
 * @param {number} most
 */
function before(newest, oldest, most) {
  const names = [];
  for (let [year, month] = newest.split("-").map(Number); names.length < most; month--) {
    if (month === 0) [year, month] = [year - 1, 12];
    const name = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`;
    names.unshift(name);
    if (name <= oldest && names.length >= 6) break;
  }
  return names;
}

/**
 * The next round number: 1, 2, 4, 6, 10, 20, 40 …
 * @param {number} most
 */
export function nice(most) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [1, 2, 4, 6, 10].map((step) => step * power).find((step) => step >= most) ?? 10 * power;
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
