// SPDX-License-Identifier: GPL-3.0-or-later
// What is around every view: name, ways, the banner of a network that is away, messages.

import { useEffect } from "preact/hooks";
import { useStore } from "../logic/store.js";
import { deletes, diary, place, reached, say, session, speak, toast } from "../state.js";
import { WORDS } from "../words/choose.js";
import { sentence, useWords } from "./base.jsx";
import { Icon } from "./icon.jsx";

/** @param {{children: import("preact").ComponentChildren}} props */
export function Frame({ children }) {
  const t = useWords();
  const signedIn = useStore(session).status === "in";
  useEffect(() => {
    document.documentElement.lang = t.language;
  }, [t]);
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        {t.skip}
      </a>
      <Offline />
      <header class="top">
        <a class="name" href="#/">
          <Icon name="echo" size={26} />
          <span>EchoDiary</span>
        </a>
        {signedIn ? <Ways /> : <Languages />}
      </header>
      <main id="content" tabIndex={-1} class={signedIn ? "" : "outside"}>
        {children}
      </main>
      <Messages />
    </>
  );
}

/** A fragment is a view here, so the jump is made by hand. @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function Ways() {
  const t = useWords();
  const { view } = useStore(place);
  const ways = /** @type {const} */ ([
    ["list", "#/", "diary", t.diary],
    ["new", "#/new", "pen", t.write],
    ["statistics", "#/statistics", "chart", t.statistics],
    ["account", "#/account", "person", t.account],
  ]);
  return (
    <nav aria-label={t.menu}>
      {ways.map(([name, to, icon, text]) => (
        <a key={name} href={to} aria-current={view === name ? "page" : undefined}>
          <Icon name={icon} />
          <span>{text}</span>
        </a>
      ))}
    </nav>
  );
}

export function Languages() {
  const t = useWords();
  const other = t.language === "en" ? WORDS.ko : WORDS.en;
  const name = other.language === "ko" ? "한국어" : "English";
  /** @param {Event} event */
  function choose(event) {
    event.preventDefault();
    speak(/** @type {"ko" | "en"} */ (other.language)).catch((error) => say(sentence(t, error)));
  }
  return (
    <button class="link" lang={other.language} onClick={choose}>
      {name}
    </button>
  );
}

function Offline() {
  const t = useWords();
  const here = useStore(reached);
  return (
    <div class="offline" role="status" data-away={here ? undefined : true}>
      {here ? null : t.offline}
    </div>
  );
}

function Messages() {
  const t = useWords();
  const message = useStore(toast);
  const undone = useStore(deletes.last);
  useEffect(() => {
    if (!message) return;
    const timer = setTimeout(() => toast.set(null), 5000);
    return () => clearTimeout(timer);
  }, [message]);
  function undo() {
    deletes.undo();
    diary.stale();
    void diary.show(diary.store.get().q, diary.store.get().month);
    document.getElementById("content")?.focus({ preventScroll: true });
  }
  return (
    <div class="messages" role="status">
      {message ? <div class="message">{message.text}</div> : null}
      {undone === null ? null : (
        <div class="message" onMouseEnter={deletes.hold} onMouseLeave={deletes.release}>
          {t.deleted}
          <button class="undo" onClick={undo} onFocus={deletes.hold} onBlur={deletes.release}>
            {t.undo}
          </button>
        </div>
      )}
    </div>
  );
}
