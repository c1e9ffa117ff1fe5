// SPDX-License-Identifier: GPL-3.0-or-later
// The diary, newest first: by month, searched, endless.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import * as dates from "../logic/dates.js";
import { listed } from "../logic/router.js";
import { useStore } from "../logic/store.js";
import { Failed, Heading, sentence, useAnswer, useWords, Waiting } from "../parts/base.jsx";
import { Icon } from "../parts/icon.jsx";
import { Face } from "../parts/mood.jsx";
import { api, diary, drafts, replace } from "../state.js";

/** @typedef {import("../logic/shapes.js").Entry} Entry */
/** @typedef {import("../logic/shapes.js").Month} Month */

/** Where one was when an entry was opened. */
let scrolled = 0;

/** @param {{q: string, month: string}} props */
export function List({ q, month }) {
  const t = useWords();
  const now = useStore(diary.store);
  useEffect(() => void diary.show(q, month), [q, month]);
  useLayoutEffect(() => {
    scrollTo(0, scrolled);
    const remember = () => (scrolled = scrollY);
    addEventListener("scroll", remember, { passive: true });
    return () => removeEventListener("scroll", remember);
  }, []);
  const filtered = Boolean(q || month);
  return (
    <>
      <Heading title={t.diary} hidden>
        {t.diary}
      </Heading>
      <Draft />
      {now.items.length || filtered || now.status === "loading" ? <Filter q={q} month={month} /> : null}
      <Entries now={now} filtered={filtered} />
    </>
  );
}

/** @param {{now: import("../logic/diary.js").Listed, filtered: boolean}} props */
function Entries({ now, filtered }) {
  const t = useWords();
  if (!now.items.length) {
    if (now.status === "loading") return <Waiting lines={5} />;
    if (now.status === "failed") return <Failed error={now.error} again={() => void diary.more()} />;
    return filtered ? <NothingFound /> : <Empty />;
  }
  return (
    <div class="entries" aria-busy={now.status === "loading"}>
      {byMonth(now.items).map(([month, entries]) => (
        <section key={month} aria-labelledby={`month-${month}`}>
          <h2 id={`month-${month}`}>{dates.monthName(t.language, month)}</h2>
          <ul>
            {entries.map((entry) => (
              <Row key={entry.id} entry={entry} />
            ))}
          </ul>
        </section>
      ))}
      <More now={now} />
    </div>
  );
}

/** @param {{entry: Entry}} props */
function Row({ entry }) {
  const t = useWords();
  return (
    <li>
      <a class="row" href={`#/entries/${entry.id}`}>
        <time class="day" dateTime={entry.created_at}>
          <b>{new Date(entry.created_at).getDate()}</b>
          <span>{dates.weekday(t.language, entry.created_at)}</span>
        </time>
        <span class="what">
          <strong>{entry.title}</strong>
          {entry.body ? <span class="excerpt">{entry.body.slice(0, 280)}</span> : null}
        </span>
        {entry.mood ? <Face mood={entry.mood} size={28} named /> : null}
      </a>
    </li>
  );
}

/** @param {{now: import("../logic/diary.js").Listed}} props */
function More({ now }) {
  const t = useWords();
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useEffect(() => {
    if (!button.current || now.status !== "ready") return;
    const observer = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && void diary.more(), { rootMargin: "600px" });
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [now]);
  if (now.status === "failed") {
    return (
      <div class="more">
        <p class="problem" role="alert">
          {sentence(t, now.error)}
        </p>
        <button class="plain" onClick={() => void diary.more()}>
          {t.again}
        </button>
      </div>
    );
  }
  if (!now.cursor) return <p class="end">{t.end}</p>;
  return (
    <div class="more">
      <button ref={button} class="plain" onClick={() => void diary.more()}>
        {now.status === "more" ? t.loading : t.more}
      </button>
    </div>
  );
}

/** @param {{q: string, month: string}} props */
function Filter({ q, month }) {
  const t = useWords();
  const months = useAnswer(() => /** @type {Promise<Month[]>} */ (api("GET", "/entries/months")), []).value ?? [];
  const [typed, setTyped] = useState(q);
  useEffect(() => setTyped(q), [q]);
  useEffect(() => {
    const wanted = typed.trim();
    if (wanted === q) return;
    const timer = setTimeout(() => replace(listed(wanted, month)), 250);
    return () => clearTimeout(timer);
  }, [typed]);
  const known = months.some((one) => one.month === month) || !month ? months : [{ month, entries: 0 }, ...months];
  return (
    <search class="filter">
      <div class="find">
        <Icon name="search" />
        <input
          type="search"
          aria-label={t.search}
          placeholder={t.search}
          value={typed}
          maxLength={200}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && replace(listed(typed.trim(), month))}
        />
      </div>
      <select aria-label={t.month} value={month} onChange={(event) => replace(listed(typed.trim(), event.currentTarget.value))}>
        <option value="">{t.allMonths}</option>
        {known.map((one) => (
          <option key={one.month} value={one.month}>
            {dates.monthName(t.language, one.month)} ({one.entries})
          </option>
        ))}
      </select>
    </search>
  );
}

function Draft() {
  const t = useWords();
  const [which] = drafts.list();
  if (!which) return null;
  return (
    <p class="note draft">
      {t.draftWaits} <a href={which === "new" ? "#/new" : `#/entries/${which}/edit`}>{t.continueDraft}</a>
    </p>
  );
}

function Empty() {
  const t = useWords();
  return (
    <div class="empty">
      <Face mood="good" size={64} />
      <h2>{t.emptyTitle}</h2>
      <p>{t.emptyLead}</p>
      <a class="button main" href="#/new">
        {t.emptyAction}
      </a>
    </div>
  );
}

function NothingFound() {
  const t = useWords();
  return (
    <div class="empty" role="status">
      <h2>{t.nothingFound}</h2>
      <p>{t.nothingFoundLead}</p>
      <button class="plain" onClick={() => replace("#/")}>
        {t.showAll}
      </button>
    </div>
  );
}

/**
 * @param {Entry[]} items
 * @returns {[string, Entry[]][]}
 */
function byMonth(items) {
  /** @type {Map<string, Entry[]>} */
  const found = new Map();
  for (const entry of items) {
    const month = dates.monthOf(entry.created_at);
    found.set(month, [...(found.get(month) ?? []), entry]);
  }
  return [...found];
}
