// SPDX-License-Identifier: GPL-3.0-or-later
// Small pieces that every view is made of.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Refused } from "../logic/api.js";
import { useStore } from "../logic/store.js";
import { language, words } from "../state.js";

/** @typedef {import("preact").ComponentChildren} Children */

export function useWords() {
  useStore(language);
  return words();
}

/**
 * The heading of a view: it gets the focus, so that a screen reader says where one is.
 * @param {{children: Children, title?: string, hidden?: boolean}} props
 */
export function Heading({ children, title, hidden }) {
  const t = useWords();
  const element = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  const named = title ?? (typeof children === "string" ? children : "");
  useEffect(() => {
    document.title = named ? `${named} · ${t.name}` : t.name;
  }, [named, t]);
  useEffect(() => {
    if (document.activeElement === document.body || document.activeElement?.tagName === "A") element.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 tabIndex={-1} ref={element} class={hidden ? "unseen" : undefined}>
      {children}
    </h1>
  );
}

/**
 * What went wrong, in the reader's language.
 * @param {ReturnType<typeof words>} t
 * @param {unknown} error
 */
export function sentence(t, error) {
  if (error instanceof Told) return error.message;
  if (!(error instanceof Refused)) return t.errors.network;
  if (error.status === 429) return t.errors.many(error.seconds);
  if (error.status === 403) return t.errors.forbidden;
  if (error.status === 413) return t.errors.large;
  return error.status >= 500 ? t.errors.busy : t.errors.other;
}

/** An error that says already what people read. */
export class Told extends Error {}

/**
 * @param {unknown} error
 * @param {Record<number, string>} sentences by status
 * @returns {never}
 */
export function told(error, sentences) {
  // Of a page whose cookie is another one's by now; whatever else is forbidden has a sentence of its own.
  const old = error instanceof Refused && error.status === 403 && error.detail.startsWith("X-CSRF-Token");
  const text = error instanceof Refused && !old ? sentences[error.status] : undefined;
  throw text ? new Told(text) : error;
}

/**
 * A form that sends once at a time, and says beside its button what went wrong.
 * @param {{submit: () => Promise<unknown>, action: string, children?: Children, danger?: boolean, quiet?: boolean, class?: string}} props
 */
export function Form({ submit, action, children, danger, quiet, class: name }) {
  const t = useWords();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  /** @param {Event} event */
  async function send(event) {
    event.preventDefault();
    if (busy) return;
    const wrong = form.current?.querySelector(":invalid");
    if (wrong instanceof HTMLInputElement) {
      setError(new Told(complaint(t, wrong)));
      return wrong.focus();
    }
    setBusy(true);
    setError(null);
    try {
      await submit();
    } catch (failed) {
      setError(failed);
    }
    setBusy(false);
  }
  return (
    <form ref={form} noValidate onSubmit={send} class={name ?? "stack"} aria-busy={busy}>
      {children}
      <p class="problem" role="alert">
        {error ? sentence(t, error) : null}
      </p>
      <button class={danger ? "danger" : quiet ? "plain" : "main"} aria-disabled={busy}>
        {action}
      </button>
    </form>
  );
}

/**
 * @param {ReturnType<typeof words>} t
 * @param {HTMLInputElement} input
 */
function complaint(t, input) {
  if (input.validity.valueMissing) return t.emptyField;
  return input.type === "email" ? t.wrongEmail : t.shortPassword;
}

/**
 * @param {{label: string, value: string, change: (value: string) => void, type?: "text" | "email" | "password", complete?: "username" | "current-password" | "new-password",
 *   hint?: string, least?: number, most?: number, optional?: boolean}} props
 */
export function Field({ label, value, change, type = "text", complete, hint, least, most, optional }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type={/** @type {"text"} */ (type)}
        value={value}
        required={!optional}
        minLength={least}
        maxLength={most}
        autocomplete={complete}
        autocapitalize={type === "text" ? undefined : "none"}
        spellcheck={type === "text" ? undefined : false}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onInput={(event) => change(event.currentTarget.value)}
      />
      {hint ? (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}

/** @param {{label: string, value: string, change: (value: string) => void, fresh?: boolean, optional?: boolean}} props */
export function Password({ label, value, change, fresh, optional }) {
  const t = useWords();
  const [shown, show] = useState(false);
  return (
    <div class="password">
      <Field
        label={label}
        value={value}
        change={change}
        type={shown ? "text" : "password"}
        complete={fresh ? "new-password" : "current-password"}
        hint={fresh ? t.passwordRule : undefined}
        least={fresh ? 10 : undefined}
        optional={optional}
      />
      <label class="check">
        <input type="checkbox" checked={shown} onChange={(event) => show(event.currentTarget.checked)} />
        {t.showPassword}
      </label>
    </div>
  );
}

/** Tells password managers whose password a form is about. @param {{email?: string | null}} props */
export function Whose({ email }) {
  return <input class="unseen" type="email" tabIndex={-1} aria-hidden="true" autocomplete="username" readOnly value={email ?? ""} />;
}

/** @param {{lines?: number}} props what is there while something is on its way, of about its size */
export function Waiting({ lines = 3 }) {
  const t = useWords();
  return (
    <div class="waiting" role="status">
      <span class="unseen">{t.loading}</span>
      {Array.from({ length: lines }, (_, n) => (
        <div class="ghost" key={n} aria-hidden="true" />
      ))}
    </div>
  );
}

/** @param {{error: unknown, again: () => void}} props */
export function Failed({ error, again }) {
  const t = useWords();
  return (
    <div class="empty" role="alert">
      <p>{sentence(t, error)}</p>
      <button class="plain" onClick={again}>
        {t.again}
      </button>
    </div>
  );
}

/**
 * Asked when drawn first, and again on request.
 * @template T
 * @param {() => Promise<T>} ask
 * @param {unknown[]} on
 * @returns {{value?: T, error?: unknown, again: () => void, set: (value: T) => void}}
 */
export function useAnswer(ask, on) {
  const [turn, setTurn] = useState(0);
  const [found, setFound] = useState(/** @type {{value?: T, error?: unknown}} */ ({}));
  useEffect(() => {
    let here = true;
    ask().then(
      (value) => here && setFound({ value }),
      (error) => here && setFound({ error }),
    );
    return () => {
      here = false;
    };
  }, [turn, ...on]);
  return {
    ...found,
    again() {
      setFound({});
      setTurn(turn + 1);
    },
    set: (value) => setFound({ value }),
  };
}
