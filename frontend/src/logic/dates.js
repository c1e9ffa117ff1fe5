// SPDX-License-Identifier: GPL-3.0-or-later
// Days and months in a language's own words, by this device's clock.

/**
 * @param {string} language
 * @param {string | Date} moment
 */
export function longDay(language, moment) {
  return new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(new Date(moment));
}

/**
 * @param {string} language
 * @param {string} moment
 */
export function time(language, moment) {
  return new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }).format(new Date(moment));
}

/**
 * @param {string} language
 * @param {string} moment
 */
export function shortDate(language, moment) {
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" }).format(new Date(moment));
}

/**
 * @param {string} language
 * @param {string} moment
 */
export function weekday(language, moment) {
  return new Intl.DateTimeFormat(language, { weekday: "short" }).format(new Date(moment));
}

/**
 * @param {string} language
 * @param {string} month as the API writes it, 2026-11
 * @param {"long" | "short"} [how]
 */
export function monthName(language, month, how = "long") {
  const date = new Date(Number(month.slice(0, 4)), Number(month.slice(5, 7)) - 1, 1);
  return new Intl.DateTimeFormat(language, how === "long" ? { month: "long", year: "numeric" } : { month: "short" }).format(date);
}

/**
 * @param {string} language
 * @param {string} day as the API writes it, 2026-11-30
 */
export function dayName(language, day) {
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}

/**
 * Of this device: an entry late in the evening belongs to the month its writer saw.
 * @param {string} moment
 */
export function monthOf(moment) {
  const date = new Date(moment);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}`;
}
