import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { RunRow } from '#operations';
import type { ApiError } from '../api/errors';
import { follow } from '../api/live';
import type { Result } from '../api/operation';
import { session } from '../api/server';
import { markRead } from '../app/freshness';
import { asApiError, requestExact } from './exact';
import { runDetail, runLive } from './operations';

export type Run = NonNullable<Result<'RunDetail'>['execution']>;

/** A run with its JSON documents as text. */
export interface ReadRun {
  readonly run: Run;
  readonly payload: string | null;
  readonly result: string | null;
  readonly errorDetails: string | null;
}

export interface FollowedRun {
  readonly read: ReadRun | undefined;
  readonly error: ApiError | undefined;
  /** Whether there is no such run, or there is none any more. */
  readonly isMissing: boolean;
  /** Grows with each change of the run or its steps. */
  readonly changes: number;
  again(): void;
}

const FOCUS_AFTER_MILLIS = 60_000;
const RETRY_MILLIS = 5_000;
const ENDED: ReadonlySet<string> = new Set(['SUCCESS', 'FAILED', 'CANCELLED', 'CRASHED']);

export function hasEnded(status: string): boolean {
  return ENDED.has(status);
}

/** Reads a run and follows it. */
export function useRun(id: string): FollowedRun {
  const [read, setRead] = useState<ReadRun>();
  const [error, setError] = useState<ApiError>();
  const [isMissing, setMissing] = useState(false);
  const [changes, setChanges] = useState(0);
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound(count => count + 1), []);
  const latest = useRef<RunRow | null>(null);

  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const askedAt = Date.now();
    requestExact(runDetail, { id }, controller.signal).then(
      ({ data, text }) => {
        if (controller.signal.aborted) return;
        markRead();
        setError(undefined);
        setMissing(!data.execution);
        const { execution } = data;
        if (!execution) return;
        const document = (...path: string[]) => text('execution', ...path);
        setRead({
          run: merge(execution, latest.current),
          payload: document('payload'),
          result: document('result'),
          errorDetails: execution.error ? document('error', 'details') : null,
        });
        // The run ended between the question and the answer, which has no result yet.
        if (latest.current && hasEnded(latest.current.status) && !hasEnded(execution.status)) again();
      },
      (failure: unknown) => {
        if (controller.signal.aborted) return;
        const problem = asApiError(failure);
        setError(problem);
        if (problem.isTemporary) timer = setTimeout(again, problem.retryAfterMillis ?? RETRY_MILLIS);
      },
    );
    const onFocus = () => {
      if (Date.now() - askedAt > FOCUS_AFTER_MILLIS) again();
    };
    addEventListener('focus', onFocus);
    return () => {
      controller.abort();
      clearTimeout(timer);
      removeEventListener('focus', onFocus);
    };
  }, [id, round]);

  useEffect(() => {
    let wasSignedOut = session.get() === 'signed-out';
    return session.subscribe(current => {
      if (wasSignedOut && current !== 'signed-out') again();
      wasSignedOut = current === 'signed-out';
    });
  }, []);

  useEffect(() => {
    latest.current = null;
    return follow(
      runLive,
      { id },
      {
        events(batch) {
          const row = batch
            .map(event => event.executionUpdated?.execution)
            .filter(Boolean)
            .at(-1);
          if (!row) return;
          const before = latest.current;
          latest.current = row;
          // The first event is the current state, which was just read.
          if (before || !hasEnded(row.status)) setChanges(count => count + 1);
          setRead(current => current && { ...current, run: merge(current.run, row) });
          if (before && before.status !== row.status) again();
        },
        reset: again,
      },
    );
  }, [id]);

  return { read, error, isMissing, changes, again };
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
