// SPDX-License-Identifier: GPL-3.0-or-later
// What the API gives and what the pages keep, as types alone.

/** @typedef {"awful" | "bad" | "neutral" | "good" | "great"} Mood */
/** @typedef {"ko" | "en"} Language */
/** @typedef {{id: number, email: string | null, verified: boolean, language: Language, created_at: string}} Account */
/** @typedef {{password: boolean, sign_up: boolean, oidc: null | {name: string, url: string}, question: boolean}} Offer */
/** @typedef {{title: string, body: string, mood: Mood | null}} Fields */
/** @typedef {Fields & {id: number, created_at: string, updated_at: string}} Entry */
/** @typedef {{items: Entry[], next_cursor: string | null}} Page */
/** @typedef {{month: string, entries: number}} Month */
/** @typedef {{day: string, entries: number, mood: number | null}} Day */
/** @typedef {{entries: number, characters: number, moods: Record<string, number>, days?: Day[]}} Statistics */
/** @typedef {{id: number | string, name: string, created_at: string, used_at: string | null}} Token */
/**
 * What was sent and whose answer is not known: the newest entry before it, and until when it may still be written.
 * @typedef {{fields: Fields, mark: number, at: number}} Attempt
 */
/** @typedef {Fields & {attempt?: Attempt}} Draft */

/** @type {Mood[]} from the worst to the best: their place plus one is what the API reckons means with */
export const MOODS = ["awful", "bad", "neutral", "good", "great"];
