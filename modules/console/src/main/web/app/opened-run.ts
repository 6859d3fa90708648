import { createStore, type Store } from '../api/store';

/** The run that was opened last from a list; it has the focus when the list is shown again. */
export const openedRun: Store<string | null> = createStore<string | null>(null);
