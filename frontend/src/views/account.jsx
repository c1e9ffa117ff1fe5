// SPDX-License-Identifier: GPL-3.0-or-later
// What belongs to the account and not to a day.

import { useState } from "preact/hooks";
import * as dates from "../logic/dates.js";
import { useStore } from "../logic/store.js";
import { Failed, Field, Form, Heading, Password, sentence, told, useAnswer, useWords, Waiting, Whose } from "../parts/base.jsx";
import { api, drafts, forget, offer, say, session, signOut, speak } from "../state.js";

/** @typedef {import("../logic/shapes.js").Token} Token */

export function AccountView() {
  const t = useWords();
  const { account } = useStore(session);
  const { password } = useStore(offer);
  if (!account) return <Waiting />;
  return (
    <div class="account">
      <Heading>{t.account}</Heading>
      <p class="who">
        {account.email ? <strong>{account.email} </strong> : null}
        <span>{t.since(dates.shortDate(t.language, account.created_at))}</span>
      </p>
      <SignOut />
      <Language />
      {password ? <ChangePassword /> : null}
      <Export />
      <Tokens />
      <Everywhere />
      <DeleteAccount />
    </div>
  );
}

/** @param {{title: string, lead?: string, danger?: boolean, children: import("preact").ComponentChildren}} props */
function Part({ title, lead, danger, children }) {
  return (
    <section class={danger ? "part danger" : "part"}>
      <h2>{title}</h2>
      {lead ? <p class="lead">{lead}</p> : null}
      {children}
    </section>
  );
}

function SignOut() {
  const t = useWords();
  const [sure, setSure] = useState(false);
  const [error, setError] = useState(/** @type {unknown} */ (null));
  async function leave() {
    if (drafts.list().length && !sure) return setSure(true);
    try {
      await signOut();
    } catch (failed) {
      setError(failed);
    }
  }
  return (
    <div class="leave">
      {sure ? (
        <p class="note" role="alert">
          {t.signOutDraft}
        </p>
      ) : null}
      <button class="plain" onClick={leave}>
        {sure ? t.signOutAnyway : t.signOut}
      </button>
      {error ? (
        <p class="problem" role="alert">
          {sentence(t, error)}
        </p>
      ) : null}
    </div>
  );
}

function Language() {
  const t = useWords();
  const names = /** @type {const} */ ([["ko", "한국어"], ["en", "English"]]);
  return (
    <Part title={t.languageTitle} lead={t.languageLead}>
      <div class="pair" role="group" aria-label={t.languageTitle}>
        {names.map(([language, name]) => (
          <button
            key={language}
            class="plain"
            lang={language}
            aria-pressed={t.language === language}
            onClick={() => speak(language).catch((error) => say(sentence(t, error)))}
          >
            {name}
          </button>
        ))}
      </div>
    </Part>
  );
}

function ChangePassword() {
  const t = useWords();
  const { account } = useStore(session);
  const [now, setNow] = useState("");
  const [next, setNext] = useState("");
  async function submit() {
    await api("PATCH", "/account", { body: { password: now, new_password: next }, quiet: true }).catch((error) =>
      told(error, { 400: t.errors.wrongPassword, 401: t.errors.wrongPassword, 403: t.errors.wrongPassword, 422: t.errors.weak }),
    );
    setNow("");
    setNext("");
    say(t.passwordChanged);
  }
  return (
    <Part title={t.changePassword}>
      <Form submit={submit} action={t.changePassword} quiet>
        <Whose email={account?.email} />
        <Password label={t.passwordNow} value={now} change={setNow} />
        <Password label={t.passwordNew} value={next} change={setNext} fresh />
      </Form>
    </Part>
  );
}

function Export() {
  const t = useWords();
  async function submit() {
    const all = await api("GET", "/account/export");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(all, null, 2)], { type: "application/json" }));
    link.download = `echodiary-${new Date().toISOString().slice(0, 10)}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
  return (
    <Part title={t.exportTitle} lead={t.exportLead}>
      <Form submit={submit} action={t.exportAction} quiet />
    </Part>
  );
}

function Tokens() {
  const t = useWords();
  const { value, error, again, set } = useAnswer(() => /** @type {Promise<Token[]>} */ (api("GET", "/tokens")), []);
  const [name, setName] = useState("");
  const [made, setMade] = useState("");
  async function submit() {
    const token = await api("POST", "/tokens", { body: { name: name.trim() } });
    setMade(token.token);
    setName("");
    set(await api("GET", "/tokens"));
  }
  /** @param {Token} token */
  async function remove(token) {
    try {
      await api("DELETE", `/tokens/${encodeURIComponent(token.id)}`);
      set((value ?? []).filter((other) => other.id !== token.id));
    } catch (failed) {
      say(sentence(t, failed));
    }
  }
  return (
    <Part title={t.tokensTitle} lead={t.tokensLead}>
      {error ? <Failed error={error} again={again} /> : null}
      {value && !value.length ? <p class="hint">{t.tokenNone}</p> : null}
      {value?.length ? (
        <ul class="tokens">
          {value.map((token) => (
            <li key={token.id}>
              <span>
                <strong>{token.name}</strong>
                <span class="hint">
                  {t.tokenMade(dates.shortDate(t.language, token.created_at))} · {token.used_at ? t.tokenUsed(dates.shortDate(t.language, token.used_at)) : t.tokenUnused}
                </span>
              </span>
              <button class="link risky" aria-label={t.tokenRemove(token.name)} onClick={() => remove(token)}>
                {t.removeShort}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      {made ? <Made token={made} /> : null}
      <Form submit={submit} action={t.tokenCreate} quiet>
        <Field label={t.tokenName} value={name} change={setName} most={100} />
      </Form>
    </Part>
  );
}

/** @param {{token: string}} props */
function Made({ token }) {
  const t = useWords();
  const [copied, setCopied] = useState(false);
  return (
    <div class="made note" role="status">
      <p>{t.tokenOnce}</p>
      <code>{token}</code>
      <button class="plain" onClick={() => navigator.clipboard?.writeText(token).then(() => setCopied(true))}>
        {copied ? t.copied : t.copy}
      </button>
    </div>
  );
}

function Everywhere() {
  const t = useWords();
  async function submit() {
    await api("DELETE", "/sessions");
    forget();
  }
  return (
    <Part title={t.everywhereTitle} lead={t.everywhereLead}>
      <Form submit={submit} action={t.everywhere} quiet />
    </Part>
  );
}

function DeleteAccount() {
  const t = useWords();
  const { account } = useStore(session);
  const { oidc } = useStore(offer);
  const [password, setPassword] = useState("");
  async function submit() {
    await api("DELETE", "/account", { body: { password: password || null }, quiet: true }).catch((error) =>
      told(error, { 400: t.errors.wrongPassword, 401: t.errors.wrongPassword, 403: t.errors.wrongPassword, 422: t.errors.wrongPassword }),
    );
    forget();
    say(t.accountDeleted);
  }
  return (
    <Part title={t.deleteTitle} lead={t.deleteLead} danger>
      <Form submit={submit} action={t.deleteAction} danger>
        <Whose email={account?.email} />
        <Password label={t.passwordNow} value={password} change={setPassword} optional={oidc !== null} />
      </Form>
    </Part>
  );
}
