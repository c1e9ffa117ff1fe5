// SPDX-License-Identifier: GPL-3.0-or-later
// One entry, read.

import { useState } from "preact/hooks";
import { Refused } from "../logic/api.js";
import * as dates from "../logic/dates.js";
import { useStore } from "../logic/store.js";
import { Failed, Heading, sentence, Told, useAnswer, useWords, Waiting } from "../parts/base.jsx";
import { Face } from "../parts/mood.jsx";
import { api, deletes, diary, drafts, go, offer } from "../state.js";

/** @typedef {import("../logic/shapes.js").Entry} Entry */

/**
 * What the list has already is shown at once.
 * @param {number} id
 */
export function useEntry(id) {
  const known = diary.find(id);
  const found = useAnswer(() => /** @type {Promise<Entry>} */ (known ? Promise.resolve(known) : api("GET", `/entries/${id}`)), [id]);
  return { ...found, entry: found.value ?? (found.error ? undefined : known) };
}

/** @param {{error: unknown, again: () => void}} props */
export function Absent({ error, again }) {
  const t = useWords();
  if (!(error instanceof Refused && error.status === 404)) return <Failed error={error} again={again} />;
  return (
    <div class="empty">
      <Heading>{t.notThere}</Heading>
      <a class="button plain" href="#/">
        {t.toDiary}
      </a>
    </div>
  );
}

/** @param {{id: number}} props */
export function EntryView({ id }) {
  const { entry, error, again } = useEntry(id);
  if (error) return <Absent error={error} again={again} />;
  return entry ? <Read entry={entry} /> : <Waiting lines={4} />;
}

/** @param {{entry: Entry}} props */
function Read({ entry }) {
  const t = useWords();
  const { question } = useStore(offer);
  const moved = Date.parse(entry.updated_at) - Date.parse(entry.created_at) > 60_000;
  function remove() {
    drafts.clear(String(entry.id));
    diary.drop(entry.id);
    deletes.schedule(entry.id);
    go("#/");
  }
  return (
    <article class="entry">
      <a class="back" href="#/">
        ← {t.diary}
      </a>
      <p class="when">
        <time dateTime={entry.created_at}>
          {dates.longDay(t.language, entry.created_at)}, {dates.time(t.language, entry.created_at)}
        </time>
        {moved ? <span> · {t.changed(dates.shortDate(t.language, entry.updated_at))}</span> : null}
      </p>
      <Heading title={entry.title}>{entry.title}</Heading>
      {entry.mood ? (
        <p class="felt">
          <Face mood={entry.mood} size={26} /> {t.moods[entry.mood]}
        </p>
      ) : null}
      <div class="text">{entry.body}</div>
      {question ? <Question entry={entry} /> : null}
      <div class="actions">
        <a class="button plain" href={`#/entries/${entry.id}/edit`}>
          {t.edit}
        </a>
        <button class="plain risky" onClick={remove}>
          {t.remove}
        </button>
      </div>
    </article>
  );
}

/** @param {{entry: Entry}} props */
function Question({ entry }) {
  const t = useWords();
  const [state, setState] = useState(/** @type {{busy?: boolean, text?: string, error?: unknown}} */ ({}));
  async function ask() {
    setState({ busy: true });
    try {
      setState({ text: (await api("POST", `/entries/${entry.id}/question`)).question });
    } catch (error) {
      const status = error instanceof Refused ? error.status : 0;
      setState({ error: status === 429 ? new Told(t.errors.budget) : status >= 500 || status === 404 ? new Told(t.errors.model) : error });
    }
  }
  function answer() {
    const { title, body, mood } = drafts.read(String(entry.id)) ?? entry;
    drafts.write(String(entry.id), { title, body: `${body}${body ? "\n\n" : ""}${state.text}\n`, mood });
    go(`#/entries/${entry.id}/edit`);
  }
  return (
    <aside class="question" aria-live="polite" aria-busy={state.busy}>
      {state.text ? (
        <>
          <blockquote>{state.text}</blockquote>
          <button class="plain" onClick={answer}>
            {t.answer}
          </button>
        </>
      ) : (
        <button class="plain" aria-disabled={state.busy} onClick={() => state.busy || void ask()}>
          {state.busy ? t.asking : t.question}
        </button>
      )}
      {state.error ? (
        <p class="problem" role="alert">
          {sentence(t, state.error)}
        </p>
      ) : null}
    </aside>
  );
}
