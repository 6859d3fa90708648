import { createStore, type Store } from '../api/store';

export type Theme = 'system' | 'light' | 'dark';

/** Shared with theme.ts, which runs before the first paint. */
const KEY = 'runlog-theme';

export const theme: Store<Theme> = createStore<Theme>((document.documentElement.dataset.theme as Theme) ?? 'system');

export function chooseTheme(next: Theme): void {
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (next === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // Storage is blocked: the theme lasts until the page is left.
  }
  theme.set(next);
}

/** Switches between light and dark, from what is seen now. */
export function toggleTheme(): void {
  const current = theme.get();
  const isDark = current === 'dark' || (current === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  chooseTheme(isDark ? 'light' : 'dark');
}
