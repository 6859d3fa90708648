import { createStore, type Store } from '../api/store';

/** The list from which a run was opened: `[` and `]` lead to its neighbours. */
export interface RunListVisit {
  readonly ids: readonly string[];
  /** The list's query. */
  readonly query: string;
  /** The run that was opened last; it has the focus when the list is shown again. */
  readonly opened: string | null;
}

export const runListVisit: Store<RunListVisit | null> = createStore<RunListVisit | null>(null);

/** The run before or after another in the list; null at its ends and for a run that is not in it. */
export function neighbour(id: string, distance: 1 | -1): string | null {
  const ids = runListVisit.get()?.ids ?? [];
  const at = ids.indexOf(id);
  return at < 0 ? null : (ids[at + distance] ?? null);
}
