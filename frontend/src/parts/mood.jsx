// SPDX-License-Identifier: GPL-3.0-or-later
// Moods as faces: drawn, since not every device has the same signs, and named, since not everybody sees them.

import { useId } from "preact/hooks";
import { MOODS } from "../logic/shapes.js";
import { useWords } from "./base.jsx";

/** @typedef {import("../logic/shapes.js").Mood} Mood */

const MOUTHS = {
  awful: "M8 17.4c1-2.6 2.4-3.6 4-3.6s3 1 4 3.6",
  bad: "M8.2 16.6c1.2-1.3 2.4-1.9 3.8-1.9s2.6.6 3.8 1.9",
  neutral: "M8.3 15.5h7.4",
  good: "M8.2 14.4c1.2 1.3 2.4 1.9 3.8 1.9s2.6-.6 3.8-1.9",
  great: "M7.6 13.6c1 2.9 2.5 4 4.4 4s3.4-1.1 4.4-4z",
};

/** @param {{mood: Mood, size?: number, named?: boolean}} props */
export function Face({ mood, size = 24, named }) {
  const t = useWords();
  return (
    <svg class={`face ${mood}`} width={size} height={size} viewBox="0 0 24 24" role={named ? "img" : undefined} aria-hidden={named ? undefined : true}>
      {named ? <title>{t.moods[mood]}</title> : null}
      <circle class="skin" cx="12" cy="12" r="10.2" />
      <circle class="eye" cx="8.8" cy="10" r="1.25" />
      <circle class="eye" cx="15.2" cy="10" r="1.25" />
      <path class="mouth" d={MOUTHS[mood]} />
    </svg>
  );
}

/** @param {{mood: Mood | null, change: (mood: Mood | null) => void, disabled?: boolean}} props */
export function MoodPicker({ mood, change, disabled }) {
  const t = useWords();
  const name = useId();
  return (
    <fieldset class="moods" disabled={disabled}>
      <legend>{t.mood}</legend>
      <div class="choices">
        {MOODS.map((one) => (
          <label key={one} class="choice">
            <input type="radio" name={name} value={one} checked={mood === one} onChange={() => change(one)} />
            <Face mood={one} size={34} />
            <span>{t.moods[one]}</span>
          </label>
        ))}
        <label class="choice none">
          <input type="radio" name={name} value="" checked={mood === null} onChange={() => change(null)} />
          <span>{t.moodNone}</span>
        </label>
      </div>
    </fieldset>
  );
}
