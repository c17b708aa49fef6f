// The theme, before anything is painted, so that the page does not flash. A plain script: it blocks the first paint on purpose.
(() => {
  try {
    const theme = localStorage.getItem("rollcall.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; the system's preference holds then.
  }
})();
