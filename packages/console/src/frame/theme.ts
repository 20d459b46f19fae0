/** What the reader chose; `system` follows the machine. */
export type Theme = 'system' | 'light' | 'dark';

const stored = 'tidegate-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

/** The choice that this browser keeps. */
export function readTheme(): Theme {
  try {
    const value = localStorage.getItem(stored);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    // Storage may be switched off: then the machine's own theme it is.
    return 'system';
  }
}

/** Keeps a choice and shows it. */
export function chooseTheme(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(stored);
    else localStorage.setItem(stored, theme);
  } catch {
    // Shown all the same, until the page is left.
  }
  show(theme);
}

/** Shows the theme, and follows the machine from now on. */
export function applyTheme(): void {
  show(readTheme());
  dark.addEventListener('change', () => show(readTheme()));
}

/** Whether the page is dark as it stands. */
export function isDark(): boolean {
  return document.documentElement.dataset['theme'] === 'dark';
}

function show(theme: Theme): void {
  const isNight = theme === 'dark' || (theme === 'system' && dark.matches);
  document.documentElement.dataset['theme'] = isNight ? 'dark' : 'light';
}
