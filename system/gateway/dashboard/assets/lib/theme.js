// Light, dark, or what the system prefers. early.js sets the same before the first paint.

const key = "rollcall.theme";
const next = { auto: "light", light: "dark", dark: "auto" };
const watchers = new Set();

/** theme is auto, light or dark. */
export const theme = () => document.documentElement.dataset.theme ?? "auto";

/** turn goes on to the next theme. */
export function turn() {
  const wanted = next[theme()] ?? "auto";
  if (wanted === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = wanted;

  try {
    localStorage.setItem(key, wanted);
  } catch {
    // Then it lasts as long as this page.
  }
  changed();
}

/** watchTheme calls a function whenever colours are others, and returns what ends that. */
export function watchTheme(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

const changed = () => watchers.forEach((watcher) => watcher());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);

/** colour is a colour of the style sheet as a canvas needs it. */
export function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}
