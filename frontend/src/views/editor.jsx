// SPDX-License-Identifier: GPL-3.0-or-later
// Write and change. Every letter is kept on the device until the diary has it.

import { useEffect, useRef, useState } from "preact/hooks";
import { Refused } from "../logic/api.js";
import * as dates from "../logic/dates.js";
import { fieldsOf, same, saveChanged, saveNew } from "../logic/saving.js";
import { Heading, sentence, Told, useWords, Waiting } from "../parts/base.jsx";
import { MoodPicker } from "../parts/mood.jsx";
import { api, diary, drafts, go, pause, replace, say, session, words } from "../state.js";
import { Absent, useEntry } from "./entry.jsx";

/** @typedef {import("../logic/shapes.js").Entry} Entry */
/** @typedef {import("../logic/shapes.js").Fields} Fields */

/** @type {Fields} */
const BLANK = { title: "", body: "", mood: null };

export function NewEntry() {
  return <Editor />;
}

/** @param {{id: number}} props */
export function EditEntry({ id }) {
  const { entry, error, again } = useEntry(id);
  const lost = error instanceof Refused && error.status === 404 && drafts.read(String(id)) !== null;
  useEffect(() => {
    if (!lost) return;
    say(words().gone);
    drafts.rescue(String(id));
    replace("#/new");
  }, [lost]);
  if (error) return <Absent error={error} again={again} />;
  return entry ? <Editor entry={entry} /> : <Waiting lines={4} />;
}

/** @param {{entry?: Entry}} props */
function Editor({ entry }) {
  const t = useWords();
  const which = entry ? String(entry.id) : "new";
  const before = entry ? fieldsOf(entry, entry.title) : BLANK;
  const [fields, setFields] = useState(/** @type {Fields} */ (drafts.read(which) ?? before));
  const [state, setState] = useState(/** @type {"writing" | "saving" | "waiting"} */ ("writing"));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const stop = useRef(new AbortController());
  const body = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const title = entry ? entry.title : dates.longDay(t.language, new Date());
  const touched = !same(fields, before);
  useEffect(() => () => stop.current.abort(), []);
  useEffect(() => grow(body.current), [fields.body]);

  /** @param {Partial<Fields>} part */
  function change(part) {
    const next = { ...fields, ...part };
    const attempt = drafts.read(which)?.attempt;
    setFields(next);
    if (same(next, before) && !attempt) drafts.clear(which);
    else drafts.write(which, { ...next, attempt });
  }

  async function save() {
    if (state !== "writing") return;
    setError(null);
    if (!touched) return entry ? leave(entry) : (setError(new Told(t.emptyField)), body.current?.focus());
    setState("saving");
    stop.current = new AbortController();
    const { signal } = stop.current;
    const writer = session.get().account?.id;
    const around = {
      api,
      drafts,
      now: () => Date.now(),
      wait: (/** @type {number} */ milliseconds) => pause(milliseconds, signal),
      tell: () => signal.aborted || setState("waiting"),
    };
    try {
      drafts.write(which, { ...fields, attempt: drafts.read(which)?.attempt });
      const saved = await alone(signal, () => (entry ? saveChanged(around, entry.id, changes(before, fieldsOf(fields, title))) : saveNew(around, title)));
      if (session.get().account?.id === writer) finish(saved, !signal.aborted);
    } catch (failed) {
      if (signal.aborted) return;
      setError(failed);
      setState("writing");
    }
  }

  /**
   * @param {Entry | null} saved
   * @param {boolean} here whoever wrote it still looks at it
   */
  function finish(saved, here) {
    if (saved) diary.put(saved);
    else diary.stale();
    say(saved ? t.saved : t.savedElsewhere);
    if (here) replace(saved ? `#/entries/${saved.id}` : "#/");
  }

  /** @param {Entry} saved */
  function leave(saved) {
    drafts.clear(which);
    go(`#/entries/${saved.id}`);
  }

  function discard() {
    stop.current.abort();
    drafts.clear(which);
    go(entry ? `#/entries/${entry.id}` : "#/");
  }

  function keepWriting() {
    stop.current.abort();
    setState("writing");
  }

  function saveAsNew() {
    drafts.rescue(which);
    diary.stale();
    go("#/new");
  }

  const gone = Boolean(entry) && error instanceof Refused && error.status === 404;
  const busy = state !== "writing";
  return (
    <form
      class="editor"
      noValidate
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
      }}
    >
      {entry ? <p class="when">{dates.longDay(t.language, entry.created_at)}</p> : null}
      <Heading hidden>{entry ? t.editTitle : t.newTitle}</Heading>
      <input
        class="title"
        aria-label={t.titleField}
        placeholder={entry ? t.titleField : title}
        value={fields.title}
        maxLength={200}
        readOnly={busy}
        onInput={(event) => change({ title: event.currentTarget.value })}
      />
      <textarea
        ref={body}
        class="body"
        aria-label={t.bodyField}
        placeholder={t.bodyHint}
        value={fields.body}
        maxLength={100_000}
        rows={9}
        readOnly={busy}
        onInput={(event) => change({ body: event.currentTarget.value })}
      />
      <MoodPicker mood={fields.mood} change={(mood) => change({ mood })} disabled={busy} />
      <p class="problem" role="alert">
        {error ? (gone ? t.gone : sentence(t, error)) : null}
      </p>
      <div class="actions">
        {gone ? (
          <button type="button" class="main" onClick={saveAsNew}>
            {t.saveAsNew}
          </button>
        ) : (
          <button class="main" aria-disabled={busy}>
            {busy ? t.saving : t.save}
          </button>
        )}
        {state === "waiting" ? (
          <button type="button" class="plain" onClick={keepWriting}>
            {t.keepWriting}
          </button>
        ) : touched ? (
          <button type="button" class="link" onClick={discard}>
            {t.discard}
          </button>
        ) : (
          <a class="button link" href={entry ? `#/entries/${entry.id}` : "#/"}>
            {t.cancel}
          </a>
        )}
        <span class="kept" role="status">
          {state === "waiting" ? t.waiting : touched && !busy ? t.kept : null}
        </span>
      </div>
    </form>
  );
}

/**
 * Two windows with the same draft send it one after the other, and the second finds it sent.
 * @template T
 * @param {AbortSignal} signal
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
function alone(signal, act) {
  return navigator.locks ? navigator.locks.request("echodiary-save", { signal }, act) : act();
}

/**
 * Only what was changed here: somebody may have changed the rest elsewhere.
 * @param {Fields} before
 * @param {Fields} after
 * @returns {Fields}
 */
function changes(before, after) {
  const names = /** @type {(keyof Fields)[]} */ (["title", "body", "mood"]);
  return /** @type {Fields} */ (Object.fromEntries(names.filter((name) => before[name] !== after[name]).map((name) => [name, after[name]])));
}

/**
 * As high as its text, so that the page scrolls and not a box within it.
 * @param {HTMLTextAreaElement | null} area
 */
function grow(area) {
  if (!area || CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}
