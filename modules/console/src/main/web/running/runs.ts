import type { Operations, RunRow } from '#operations';

type LiveEvent = Operations['RunningNow']['result']['runningExecutions'];

/** More are not kept; the server sends the newest first. */
export const RUNNING_MAX = 5_000;
/** A run that ended stays this long with its final status. */
export const ENDED_MILLIS = 4_000;

/** A row of the table. */
export interface RunningRun {
  readonly run: RunRow;
  /** When it ended; null while it runs. */
  readonly endedAt: number | null;
}

export type Running = ReadonlyMap<string, RunningRun>;

/** Applies events; returns the same map if nothing changed. */
export function applyRunning(before: Running, events: readonly LiveEvent[], now: number): Running {
  let after: Map<string, RunningRun> | null = null;
  const write = () => {
    after ??= new Map(before);
    return after;
  };
  const enter = (run: RunRow) => {
    const runs = after ?? before;
    if (runs.has(run.id) || runs.size < RUNNING_MAX) write().set(run.id, { run, endedAt: null });
  };
  for (const { kind, execution, entered } of events) {
    for (const run of entered) enter(run);
    if (!execution) continue;
    if (kind !== 'LEFT') enter(execution);
    else if ((after ?? before).has(execution.id)) write().set(execution.id, { run: execution, endedAt: now });
  }
  return after ?? before;
}

/** Removes runs that ended a while ago; returns the same map if there are none. */
export function withoutEnded(before: Running, now: number): Running {
  const isOver = ({ endedAt }: RunningRun) => endedAt !== null && now - endedAt >= ENDED_MILLIS;
  if (![...before.values()].some(isOver)) return before;
  return new Map([...before].filter(([, run]) => !isOver(run)));
}

export type RunningSort = '-elapsed' | 'elapsed' | 'heartbeat' | '-heartbeat';

/** The longest first by default. Runs that are queued come after those that run; what ended keeps its place. */
export function sorted(runs: Running, sort: RunningSort): RunningRun[] {
  const direction = sort.startsWith('-') ? -1 : 1;
  const isByHeartbeat = sort.endsWith('heartbeat');
  // Times are parsed once for each run, since there may be thousands of runs and a hundred changes a second.
  const keyed = [...runs.values()].map(row => {
    const { startedAt, queuedAt, lastHeartbeatAt, id } = row.run;
    const time = isByHeartbeat
      ? Date.parse(lastHeartbeatAt ?? '') || Number.MAX_SAFE_INTEGER
      : -Date.parse(startedAt ?? queuedAt ?? '') || 0;
    return { row, id, time: direction * time, group: isByHeartbeat || startedAt ? 0 : 1 };
  });
  keyed.sort((a, b) => a.group - b.group || a.time - b.time || (a.id < b.id ? -1 : 1));
  return keyed.map(({ row }) => row);
}
