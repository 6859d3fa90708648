import { createStore, type Store } from '../api/store';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action?: { readonly label: string; run(): void };
}

export const toasts: Store<readonly Toast[]> = createStore<readonly Toast[]>([]);

const SHOWN_MILLIS = 6_000;
const SHOWN_MAX = 3;
let lastId = 0;

/** Shows a short message at the lower edge for six seconds. */
export function toast(text: string, action?: Toast['action']): void {
  const id = ++lastId;
  toasts.set([...toasts.get(), { id, text, ...(action ? { action } : {}) }].slice(-SHOWN_MAX));
  setTimeout(() => dismiss(id), SHOWN_MILLIS);
}

export function dismiss(id: number): void {
  toasts.set(toasts.get().filter(one => one.id !== id));
}
