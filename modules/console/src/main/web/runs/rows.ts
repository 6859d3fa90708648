import type { Operations, RunRow } from '#operations';

/** A row of the table. */
export interface Entry {
  readonly run: RunRow;
  /** Position in the list. */
  readonly cursor: string;
  /** Whether it no longer matches the filters; it stays until the list is asked again. */
  readonly left: boolean;
  /** How often it changed while it was shown. */
  readonly changes: number;
}

type Page = NonNullable<Operations['RunsPage']['result']['executions']>;
type LiveEvent = Operations['RunsLive']['result']['executionChanges'];

/** More rows than this are never kept; those far from what is visible are read again when needed. */
export const ROWS_MAX = 5_000;
export const ROWS_KEPT = 4_000;
/** Beyond this many new runs only "10,000+" is known. */
export const NEW_MAX = 10_000;

export function entries(page: Page): Entry[] {
  return page.edges.map(({ cursor, node }) => ({ cursor, run: node, left: false, changes: 0 }));
}

/** Puts a page after the rows. Returns the rows and whether rows at the start were dropped. */
export function append(rows: readonly Entry[], page: readonly Entry[]): { rows: Entry[]; dropped: boolean } {
  const known = new Set(rows.map(({ run }) => run.id));
  const all = [...rows, ...page.filter(({ run }) => !known.has(run.id))];
  return all.length > ROWS_MAX ? { rows: all.slice(-ROWS_KEPT), dropped: true } : { rows: all, dropped: false };
}

/** Puts a page before the rows. Returns the rows and whether rows at the end were dropped. */
export function prepend(rows: readonly Entry[], page: readonly Entry[]): { rows: Entry[]; dropped: boolean } {
  const known = new Set(rows.map(({ run }) => run.id));
  const all = [...page.filter(({ run }) => !known.has(run.id)), ...rows];
  return all.length > ROWS_MAX ? { rows: all.slice(0, ROWS_KEPT), dropped: true } : { rows: all, dropped: false };
}

export interface Applied {
  /** The same array if no row changed. */
  readonly rows: readonly Entry[];
  /** Whether runs that are not among the rows changed. */
  readonly others: boolean;
}

/**
 * Applies live events: known runs are replaced in place, and nothing moves. Runs that now match but are not among the
 * rows are added to `fresh`, except those beyond the last row, which are read when the person gets there.
 */
export function apply(
  rows: readonly Entry[],
  events: readonly LiveEvent[],
  fresh: Set<string>,
  isBeyond: (run: RunRow) => boolean,
): Applied {
  const latest = new Map<string, LiveEvent>();
  for (const event of events) if (event.execution) latest.set(event.execution.id, event);
  if (latest.size === 0) return { rows, others: false };
  let changed: Entry[] | null = null;
  for (const [index, row] of rows.entries()) {
    const event = latest.get(row.run.id);
    if (!event?.execution) continue;
    latest.delete(row.run.id);
    changed ??= [...rows];
    changed[index] = { ...row, run: event.execution, left: event.kind === 'LEFT', changes: row.changes + 1 };
  }
  for (const [id, { kind, execution }] of latest) {
    if (kind === 'LEFT') fresh.delete(id);
    else if (kind === 'ENTERED' && execution && !isBeyond(execution) && fresh.size < NEW_MAX) fresh.add(id);
  }
  return { rows: changed ?? rows, others: latest.size > 0 };
}
