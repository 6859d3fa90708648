import { createStore, type Store } from '../api/store';

/** When data was last read from the server; shown while the server cannot be reached. */
export const lastRead: Store<number | null> = createStore<number | null>(null);

export function markRead(): void {
  lastRead.set(Date.now());
}
