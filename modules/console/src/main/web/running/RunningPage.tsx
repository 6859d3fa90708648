import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../api/errors';
import { follow } from '../api/live';
import { useStore } from '../api/store';
import { onTick } from '../app/clock';
import { markRead } from '../app/freshness';
import { useKeys } from '../app/keys';
import { href, Link, navigate, paths, useQuery } from '../app/navigate';
import { openedRun } from '../app/opened-run';
import { runningCount } from '../app/running-count';
import { useAsk } from '../app/useAsk';
import { ErrorNotice, Notice, Skeleton } from '../parts/Notice';
import { NotUnderstood } from '../parts/NotUnderstood';
import { Status, statusClass } from '../parts/Status';
import { Time } from '../parts/Time';
import { RUNS_PAGE } from '../runs/operations';
import { findP95s, nameOf, rememberName, workflowVersion } from '../runs/workflows';
import { VirtualTable } from '../table/VirtualTable';
import { formatNumber, plural } from '../text/number';
import { runningColumns } from './Columns';
import { RUNNING_NOW } from './operations';
import { runningQuery } from './query';
import './running.css';
import { applyRunning, RUNNING_MAX, type Running, type RunningRun, sorted, withoutEnded } from './runs';

export function RunningPage(_: { id: string }) {
  const [query, setQuery] = useQuery(runningQuery);
  const hovered = useRef(false);
  const { runs, complete, error } = useRunning(query.workflow, hovered);
  const [focused, setFocused] = useState<string | null>(null);
  const knownWorkflows = useStore(workflowVersion);

  const rows = useMemo(() => sorted(runs, query.sort), [runs, query.sort]);
  const focusedIndex = focused === null ? -1 : rows.findIndex(({ run }) => run.id === focused);
  const columns = useMemo(
    () => runningColumns(query.sort, sort => setQuery({ sort })),
    [query.sort, setQuery, knownWorkflows],
  );
  useEffect(() => {
    const ids = new Set<string>();
    for (const { run } of runs.values()) {
      if (!run.workflow) continue;
      rememberName(run.workflow.id, run.workflow.name);
      ids.add(run.workflow.id);
    }
    void findP95s([...ids]);
  }, [runs]);

  function open(row: RunningRun | undefined) {
    if (!row) return;
    openedRun.set(row.run.id);
    navigate(paths.run(row.run.id));
  }
  function move(distance: number) {
    const at = Math.max(0, Math.min(rows.length - 1, focusedIndex + distance));
    setFocused(rows[at]?.run.id ?? null);
  }
  useKeys('Running now', [
    { key: 'j', label: 'Next run', run: () => move(1) },
    { key: 'k', label: 'Previous run', run: () => move(-1) },
    { key: 'o', label: 'Open the run', run: () => open(rows[focusedIndex]) },
    { key: 'Enter', label: 'Open the run', run: () => open(rows[focusedIndex]) },
    {
      key: 'x',
      label: 'Open the run in another tab',
      run: () => {
        const row = rows[focusedIndex];
        if (row) window.open(href(paths.run(row.run.id)), '_blank', 'noopener');
      },
    },
  ]);

  const current = [...runs.values()].filter(({ endedAt }) => endedAt === null);
  const started = current.filter(({ run }) => run.startedAt).length;
  useEffect(() => {
    if (complete && !query.workflow) runningCount.set(started);
  }, [complete, started, query.workflow]);
  return (
    <div class="page-fill running">
      <div class="running-head">
        <h1>Running now</h1>
        {complete && current.length > 0 && (
          <p class="secondary">
            {formatNumber(started)} running, {formatNumber(current.length - started)} queued
            {current.length >= RUNNING_MAX && `. Only the newest ${formatNumber(RUNNING_MAX)} are shown.`}
          </p>
        )}
        {query.workflow && (
          <p>
            Only {nameOf(query.workflow) ?? 'one workflow'}. <Link to={paths.running()}>Show all</Link>
          </p>
        )}
      </div>
      <NotUnderstood unknown={query.unknown} onChange={unknown => setQuery({ unknown })} />
      <ErrorNotice error={error} what="Running now" />
      {!complete && rows.length === 0 && !error && <Skeleton />}
      {complete && rows.length === 0 && <Nothing workflow={query.workflow} />}
      {rows.length > 0 && (
        <div
          class="runs-table"
          onPointerEnter={() => {
            hovered.current = true;
          }}
          onPointerLeave={() => {
            hovered.current = false;
          }}
        >
          <VirtualTable
            label={`Running now, ${plural(current.length, 'run')}`}
            rows={rows}
            rowKey={row => row.run.id}
            columns={columns}
            rowHeight={36}
            narrowRowHeight={60}
            total={rows.length}
            focused={focusedIndex}
            onFocus={index => setFocused(rows[index]?.run.id ?? null)}
            onOpen={open}
            rowClass={rowClass}
          />
        </div>
      )}
    </div>
  );
}

function rowClass({ run, endedAt }: RunningRun): string {
  return `${statusClass(run.status)} ${endedAt === null ? '' : 'is-ended'}`;
}

interface RunningState {
  readonly runs: Running;
  /** Whether all current runs have arrived. */
  readonly complete: boolean;
  readonly error: ApiError | undefined;
}

const NOTHING: RunningState = { runs: new Map(), complete: false, error: undefined };

/** The runs that are queued or running, live. Those that ended stay a few seconds, and while the pointer is over them. */
function useRunning(workflow: string | null, hovered: { current: boolean }): RunningState {
  const [state, setState] = useState(NOTHING);
  useEffect(
    () =>
      onTick(() => {
        if (hovered.current) return;
        setState(before => {
          const runs = withoutEnded(before.runs, Date.now());
          return runs === before.runs ? before : { ...before, runs };
        });
      }),
    [],
  );
  useEffect(() => {
    // After a reset the current runs arrive again: until then the rows so far stay.
    let restarted = false;
    setState(NOTHING);
    return follow(
      RUNNING_NOW,
      { filter: workflow ? { workflowIds: [workflow] } : {} },
      {
        events(batch) {
          markRead();
          const events = batch.map(one => one.runningExecutions);
          const isComplete = events.some(({ kind }) => kind === 'SYNCED');
          const isRestart = restarted;
          restarted = false;
          setState(before => ({
            runs: applyRunning(isRestart ? new Map() : before.runs, events, Date.now()),
            complete: before.complete || isComplete,
            error: undefined,
          }));
        },
        reset() {
          restarted = true;
        },
        error: error => setState(before => ({ ...before, error })),
      },
    );
  }, [workflow]);
  return state;
}

/** The newest run, where nothing runs. */
function Nothing({ workflow }: { workflow: string | null }) {
  const { data } = useAsk(RUNS_PAGE, {
    filter: workflow ? { workflowIds: [workflow] } : {},
    orderBy: 'STARTED_AT_DESC',
    first: 1,
  });
  const run = data?.executions?.edges[0]?.node;
  return (
    <Notice kind="empty" title="Nothing is running.">
      {run && (
        <>
          Last run: <Link to={paths.run(run.id)}>{run.workflow?.name ?? run.id}</Link>,{' '}
          <Time at={run.startedAt ?? run.queuedAt} />, <Status status={run.status} />
        </>
      )}
    </Notice>
  );
}
