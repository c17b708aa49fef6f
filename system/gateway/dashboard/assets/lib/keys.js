// Keyboard shortcuts. They never fire while one types, or with Ctrl, Alt or Meta, which belong to the browser and to screen readers.

/** shortcuts is the list of what there is, for the help and for main.js. */
export const shortcuts = [
  ["1", "Overview"], ["2", "Vendors"], ["3", "Rounds"], ["4", "Actors"], ["5", "Record"], ["6", "Service"],
  ["/", "Filter"], ["j", "Next row"], ["k", "Row before"], ["Enter", "Open the row"], ["Esc", "Up, or leave the filter"],
  ["t", "Theme: auto, light, dark"], ["?", "This help"],
];

const typing = (target) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));

/** listen calls the action of a key: a Map of key to function. Escape leaves a field. */
export function listen(actions) {
  const handle = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const action = actions.get(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  };
  addEventListener("keydown", handle);
  return () => removeEventListener("keydown", handle);
}

/** step moves the focus from row to row of the page's main table. */
export function step(by) {
  const links = [...document.querySelectorAll("main a[data-row]")];
  if (links.length === 0) return;
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by));
  links[next].focus();
  links[next].scrollIntoView({ block: "nearest" });
}
