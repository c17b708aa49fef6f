// The form for the token, where the service wants one.

import { login, useApp } from "../lib/app.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";

/** Login asks for the token. */
export function Login() {
  const said = useApp((s) => s.problem);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const field = useRef(null);
  const shown = problem || said;
  useEffect(() => field.current.focus(), []);

  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    const wrong = await login(field.current.value.trim());
    if (!wrong) return; // the page is another one now
    setBusy(false);
    setProblem(wrong);
    field.current.select();
  };

  return html`<main id="main" class="login" tabindex="-1">
    <form class="panel" onSubmit=${submit} aria-labelledby="login-title">
      <h1 id="login-title">Log in</h1>
      <p class="muted">This service wants a token. It is kept for this tab only.</p>
      <input type="text" name="username" autocomplete="username" value="rollcall" readonly hidden />
      <label for="token">Token</label>
      <input id="token" ref=${field} name="token" type="password" autocomplete="current-password" required spellcheck="false"
        aria-invalid=${shown ? "true" : undefined} aria-describedby=${shown ? "login-problem" : undefined} />
      ${shown && html`<p id="login-problem" class="problem" role="alert">${shown}</p>`}
      <button type="submit" class="primary" disabled=${busy}>${busy ? "Checking…" : "Log in"}</button>
    </form>
  </main>`;
}
