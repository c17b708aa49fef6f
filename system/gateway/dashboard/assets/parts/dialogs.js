// Dialogs: the help, and the question before something that cannot be taken back unnoticed. The browser keeps the focus inside.

import { html, useEffect, useRef } from "../lib/html.js";
import { shortcuts } from "../lib/keys.js";

/** Dialog is open as long as it is drawn; close is called when the user leaves it. */
export function Dialog({ title, close, children }) {
  const ref = useRef(null);
  useEffect(() => {
    ref.current.showModal();
  }, []);

  return html`<dialog ref=${ref} aria-labelledby="dialog-title" onClose=${close} onClick=${(e) => e.target === ref.current && ref.current.close()}>
    <div class="dialog">
      <header><h2 id="dialog-title">${title}</h2><button type="button" class="quiet" aria-label="Close" onClick=${() => ref.current.close()}>✕</button></header>
      ${children}
    </div>
  </dialog>`;
}

/** Help lists the shortcuts. */
export const Help = ({ close }) => html`<${Dialog} title="Keyboard" close=${close}>
  <dl class="keys">${shortcuts.map(([key, text]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${text}</dd></div>`)}</dl>
  <p class="muted">Times are UTC. Every word with a sign says what it means when you point at it.</p>
<//>`;

/** Confirm asks once more. */
export const Confirm = ({ title, text, action, close, confirmed }) => html`<${Dialog} title=${title} close=${close}>
  <p>${text}</p>
  <div class="buttons"><button type="button" onClick=${close}>Cancel</button>
    <button type="button" class="primary" onClick=${() => { close(); confirmed(); }}>${action}</button></div>
<//>`;
