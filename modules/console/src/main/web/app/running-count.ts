import { createStore, type Store } from '../api/store';

/** How many runs are queued or running, for the header; null until a page knows. */
export const runningCount: Store<number | null> = createStore<number | null>(null);
