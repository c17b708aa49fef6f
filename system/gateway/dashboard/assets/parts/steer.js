// What an admin can do with a vendor. Others see nothing of it.

import { may, steer, useApp } from "../lib/app.js";
import { html, useState } from "../lib/html.js";
import { Confirm } from "./dialogs.js";

const calm = new Set(["backoff", "quarantined", "probing"]); // a restart is a release

/** Steer is the buttons for a vendor in its state. */
export function Steer({ vendor, state, compact = false }) {
  const admin = useApp(may);
  const [busy, setBusy] = useState("");
  const [asking, setAsking] = useState("");
  const [problem, setProblem] = useState("");
  if (!admin) return null;

  const act = async (action) => {
    setBusy(action);
    setProblem("");
    setProblem(await steer(vendor, action));
    setBusy("");
  };
  const button = (action, text, { ask = false, style = "" } = {}) => html`<button type="button" class=${style} disabled=${busy !== ""} aria-label=${`${text} ${vendor}`}
    onClick=${() => (ask ? setAsking(action) : act(action))}>${busy === action ? "…" : text}</button>`;

  return html`<span class="steer">
    ${state === "paused" ? button("resume", "Resume", { style: "primary" }) : html`
      ${calm.has(state) ? button("restart", "Release", { style: "primary" }) : !compact && button("restart", "Restart", { ask: true })}
      ${button("pause", "Pause", { ask: true, style: compact ? "small-up" : "" })}`}
    ${problem && html`<span class="problem" role="alert">${problem}</span>`}
    ${asking === "pause" && html`<${Confirm} title=${`Pause ${vendor}?`} action="Pause" close=${() => setAsking("")} confirmed=${() => act("pause")}
      text="It is not asked any more, by any round, until someone resumes it. Its instruments go without its prices." />`}
    ${asking === "restart" && html`<${Confirm} title=${`Restart ${vendor}?`} action="Restart" close=${() => setAsking("")} confirmed=${() => act("restart")}
      text="Its actor is started anew. The round that runs may go without its answer." />`}
  </span>`;
}
