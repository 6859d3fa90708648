import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RunRow } from '#operations';
import type { ApiError } from '../api/errors';
import { follow } from '../api/live';
import type { Result } from '../api/operation';
import { request } from '../api/request';
import { useExact } from './exact';
import { runDetail, runExists, runLive } from './operations';

export type Run = NonNullable<Result<'RunDetail'>['execution']>;

/** A run with its JSON documents as text. */
export interface ReadRun {
  readonly run: Run;
  readonly payload: string | null;
  readonly result: string | null;
  readonly errorDetails: string | null;
}

export interface FollowedRun {
  /** What was read last, also if the run is not there any more. */
  readonly read: ReadRun | undefined;
  readonly error: ApiError | undefined;
  /** Whether there is no such run, or none any more. */
  readonly isMissing: boolean;
  /** Grows with each change of the run or its steps. */
  readonly changes: number;
  again(): void;
}

/** A window that gets the focus also becomes visible: the run is looked for once. */
const LOOK_PAUSE_MILLIS = 1_000;
/** Pause before the result of a run that has just ended is read. */
const ENDED_MILLIS = 100;
const ENDED: ReadonlySet<string> = new Set(['SUCCESS', 'FAILED', 'CANCELLED', 'CRASHED']);

export function hasEnded(status: string): boolean {
  return ENDED.has(status);
}

/** Reads a run and follows it. */
export function useRun(id: string): FollowedRun {
  const { answer, error, again } = useExact(runDetail, { id });
  const [event, setEvent] = useState<{ row: RunRow; at: number } | null>(null);
  const [changes, setChanges] = useState(0);
  const isFirst = useRef(true);
  const known = useRef<ReadRun>();
  const isMissing = answer !== undefined && !answer.data.execution;
  const reread = () => {
    again();
    setChanges(count => count + 1);
  };

  useEffect(
    () =>
      follow(
        runLive,
        { id },
        {
          events(batch) {
            const newest = batch
              .map(event => event.executionUpdated?.execution)
              .filter(Boolean)
              .at(-1);
            if (!newest) return;
            setEvent({ row: newest, at: Date.now() });
            // The first event is the current state, which is being read.
            if (!isFirst.current || !hasEnded(newest.status)) setChanges(count => count + 1);
            isFirst.current = false;
          },
          reset: reread,
          error({ code }) {
            if (code === 'NOT_FOUND' && known.current) again();
          },
        },
      ),
    [id],
  );

  // Subscriptions do not report that a run was deleted.
  useEffect(() => {
    if (isMissing) return;
    let lookedAt = 0;
    const look = () => {
      if (document.hidden || Date.now() - lookedAt < LOOK_PAUSE_MILLIS) return;
      lookedAt = Date.now();
      request(runExists, { id }).then(
        ({ execution }) => execution ?? again(),
        () => {},
      );
    };
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [id, isMissing]);

  // An event from before the question is older than the answer.
  const row = event && answer && event.at >= answer.askedAt ? event.row : null;
  const documents = useMemo(() => {
    const execution = answer?.data.execution;
    if (!answer || !execution) return undefined;
    const document = (...path: string[]) => answer.text('execution', ...path);
    return {
      run: execution,
      payload: document('payload'),
      result: document('result'),
      errorDetails: execution.error ? document('error', 'details') : null,
    };
  }, [answer]);
  known.current = useMemo(
    () => (documents ? { ...documents, run: merge(documents.run, row) } : known.current),
    [documents, row],
  );

  // The events of a run do not contain its result, and the last steps may have come before the first event.
  const isOutdated = documents && row && hasEnded(row.status) && !hasEnded(documents.run.status);
  useEffect(() => {
    if (!isOutdated) return;
    const timer = setTimeout(reread, ENDED_MILLIS);
    return () => clearTimeout(timer);
  }, [isOutdated, documents]);

  return { read: known.current, error, isMissing, changes, again };
}

/** The run as of an event. A run that has ended does not return to an earlier status. */
function merge(run: Run, row: (RunRow & Partial<Pick<Run, 'steps'>>) | null): Run {
  if (!row || (hasEnded(run.status) && !hasEnded(row.status))) return run;
  const { error, workflow, ...rest } = row;
  return {
    ...run,
    ...rest,
    workflow: workflow && { owner: run.workflow?.owner ?? null, ...workflow },
    error: error && run.error ? { ...run.error, ...error } : run.error,
  };
}
