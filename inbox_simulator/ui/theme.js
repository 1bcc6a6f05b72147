/** Light or dark: the system's choice until the button is used. */

const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = [];

export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : system.matches;
}

export function toggleTheme() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Storage can be blocked; the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

export function whenThemeChanges(listener) {
  listeners.push(listener);
  system.addEventListener("change", listener);
}
