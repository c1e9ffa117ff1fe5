// SPDX-License-Identifier: GPL-3.0-or-later
// In: sign up, confirm the address, sign in, choose another password.

import { useEffect, useState } from "preact/hooks";
import { Refused } from "../logic/api.js";
import { useStore } from "../logic/store.js";
import { Field, Form, Heading, Password, sentence, told, useWords } from "../parts/base.jsx";
import { api, arrived, go, language, offer, session } from "../state.js";

/** @param {{title: string, lead?: string, children?: import("preact").ComponentChildren}} props */
function Door({ title, lead, children }) {
  return (
    <section class="door">
      <Heading>{title}</Heading>
      {lead ? <p class="lead">{lead}</p> : null}
      {children}
    </section>
  );
}

export function SignIn() {
  const t = useWords();
  const offered = useStore(offer);
  const { ended } = useStore(session);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const submit = () =>
    api("POST", "/session", { body: { email: email.trim(), password }, quiet: true }).then(arrived, (error) =>
      told(error, { 401: t.errors.wrong, 403: t.errors.unverified, 422: t.errors.wrong }),
    );
  return (
    <Door title={t.signIn} lead={t.signInLead}>
      {ended ? <p class="note">{t.ended}</p> : null}
      {offered.password ? (
        <Form submit={submit} action={t.signIn}>
          <Field label={t.email} value={email} change={setEmail} type="email" complete="username" />
          <Password label={t.password} value={password} change={setPassword} />
        </Form>
      ) : null}
      {offered.oidc && offered.password ? <p class="or">{t.or}</p> : null}
      {offered.oidc ? (
        <a class="button plain" href={own(offered.oidc.url)}>
          {t.signInWith(offered.oidc.name)}
        </a>
      ) : null}
      <p class="ways">
        {offered.password ? <a href="#/forgotten">{t.forgotten}</a> : null}
        {offered.sign_up ? (
          <span>
            {t.noAccount} <a href="#/sign-up">{t.signUp}</a>
          </span>
        ) : null}
      </p>
    </Door>
  );
}

/** Only ways of this origin. @param {string} url */
function own(url) {
  return url.startsWith("/") && !url.startsWith("//") ? url : "/oidc/start";
}

export function SignUp() {
  const t = useWords();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [sent, setSent] = useState("");
  const submit = () =>
    api("POST", "/accounts", { body: { email: email.trim(), password, language: language.get() }, quiet: true }).then(
      () => setSent(email.trim()),
      (error) => told(error, { 422: t.refusedSignUp }),
    );
  if (sent) return <Sent text={t.verifySent(sent)} />;
  return (
    <Door title={t.signUp} lead={t.signUpLead}>
      <Form submit={submit} action={t.signUp}>
        <Field label={t.email} value={email} change={setEmail} type="email" complete="username" />
        <Password label={t.password} value={password} change={setPassword} fresh />
      </Form>
      <p class="ways">
        <span>
          {t.haveAccount} <a href="#/sign-in">{t.signIn}</a>
        </span>
      </p>
    </Door>
  );
}

export function Forgotten() {
  const t = useWords();
  const [email, setEmail] = useState("");
  const [sent, setSent] = useState("");
  const submit = () => api("POST", "/password/forgotten", { body: { email: email.trim() }, quiet: true }).then(() => setSent(email.trim()), (error) => told(error, { 422: t.wrongEmail }));
  if (sent) return <Sent text={t.resetSent(sent)} />;
  return (
    <Door title={t.forgottenTitle} lead={t.forgottenLead}>
      <Form submit={submit} action={t.sendLink}>
        <Field label={t.email} value={email} change={setEmail} type="email" complete="username" />
      </Form>
      <p class="ways">
        <a href="#/sign-in">{t.signIn}</a>
      </p>
    </Door>
  );
}

/** @param {{text: string}} props */
function Sent({ text }) {
  const t = useWords();
  return (
    <Door title={t.mailSent}>
      <p class="note" role="status">
        {text}
      </p>
      <p class="ways">
        <a href="#/sign-in">{t.signIn}</a>
      </p>
    </Door>
  );
}

/**
 * A token serves once, and stays neither in the address nor in the history.
 * @param {string} view
 */
function useCleanAddress(view) {
  useEffect(() => history.replaceState(null, "", `#/${view}`), []);
}

/** @param {{token: string}} props */
export function Verify({ token }) {
  const t = useWords();
  useCleanAddress("verify");
  const [state, setState] = useState(/** @type {{done?: boolean, error?: unknown}} */ ({}));
  const send = () => {
    setState({});
    api("POST", "/accounts/verify", { body: { token }, quiet: true }).then(
      () => setState({ done: true }),
      (error) => setState({ error }),
    );
  };
  useEffect(send, []);
  return (
    <Door title={t.verifyTitle}>
      {state.done ? (
        <p class="note" role="status">
          {t.verified}
        </p>
      ) : state.error ? (
        <p class="problem" role="alert">
          {state.error instanceof Refused && state.error.status < 429 ? t.linkOld : sentence(t, state.error)}
        </p>
      ) : (
        <p role="status">{t.verifying}</p>
      )}
      {state.error && !(state.error instanceof Refused && state.error.status < 429) ? (
        <button class="plain" onClick={send}>
          {t.again}
        </button>
      ) : null}
      {state.done || state.error ? (
        <a class="button main" href="#/sign-in">
          {t.signIn}
        </a>
      ) : null}
    </Door>
  );
}

/** @param {{token: string}} props */
export function Reset({ token }) {
  const t = useWords();
  useCleanAddress("reset");
  const [password, setPassword] = useState("");
  const [done, setDone] = useState(false);
  const submit = () => send().catch((error) => told(error, { 400: t.resetOld, 422: token ? t.errors.weak : t.resetOld }));
  const send = () => api("POST", "/password", { body: { token, password }, quiet: true }).then(() => setDone(true));
  return (
    <Door title={t.resetTitle}>
      {done ? (
        <>
          <p class="note" role="status">
            {t.resetDone}
          </p>
          <button class="main" onClick={() => go("#/sign-in")}>
            {t.signIn}
          </button>
        </>
      ) : (
        <>
          <Form submit={submit} action={t.setPassword}>
            <Password label={t.passwordNew} value={password} change={setPassword} fresh />
          </Form>
          <p class="ways">
            <a href="#/forgotten">{t.forgotten}</a>
          </p>
        </>
      )}
    </Door>
  );
}
