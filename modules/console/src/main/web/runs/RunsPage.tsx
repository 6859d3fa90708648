import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ExecutionStatus } from '#operations';
import { useStore } from '../api/store';
import { zone } from '../app/clock';
import { useKeys } from '../app/keys';
import { currentAddress, href, navigate, paths, place, useQuery } from '../app/navigate';
import { openedRun } from '../app/opened-run';
import { toast } from '../app/toast';
import { useAsk } from '../app/useAsk';
import { useLate } from '../app/useLate';
import { Histogram } from '../chart/Histogram';
import { Button } from '../parts/Button';
import { RemovableChip } from '../parts/Chips';
import { copyText } from '../parts/Copy';
import { ErrorNotice, Unread } from '../parts/Notice';
import { statusClass } from '../parts/Status';
import { type TableHandle, VirtualTable } from '../table/VirtualTable';
import { formatDate } from '../text/time';
import { runColumns } from './Columns';
import { conditions } from './conditions';
import { addLabel, DurationFilter, LabelFilter, MoreFilters, TimeFilter, WorkflowFilter } from './FilterMenus';
import { Jump } from './Jump';
import { type Question, RunsList } from './list';
import { markPainted } from './marks';
import { NewRuns } from './NewRuns';
import { NoMatch } from './NoMatch';
import { NoRuns } from './NoRuns';
import { RUNS_FACETS } from './operations';
import { hasFilters, NO_FILTERS, type RunsQuery, runsQuery, type Sort, toFilter, toOrder } from './query';
import type { Entry } from './rows';
import './runs.css';
import { SavedViews } from './SavedViews';
import { SearchBox } from './SearchBox';
import { StatusChips } from './StatusChips';
import { ViewMenu } from './ViewMenu';
import { findNames, findP95s, nameOf, rememberName, workflowVersion } from './workflows';

const BUCKETS = 60;
const SCROLL_END_MILLIS = 300;
/** Suggestions are taken from the first rows. */
const SUGGESTED_ROWS = 500;
const NOTHING_COUNTED = { buckets: [] };

export function RunsPage() {
  const [query, setQuery] = useQuery(runsQuery);
  const [list] = useState(() => new RunsList());
  const [round, setRound] = useState(0);
  const [focused, setFocused] = useState<string | null>(null);
  const table = useRef<TableHandle | null>(null);
  const scrolling = useRef<ReturnType<typeof setTimeout>>();
  const state = useStore(list.state);
  const activity = useStore(list.activity);
  const shownZone = useStore(zone);
  // The chips show the names of workflows.
  useStore(workflowVersion);

  // The position and the columns do not change the question; a new round asks the same one from the top.
  const questionKey = JSON.stringify([toFilter(query, 0), query.lastMillis, query.sort]);
  const question: Question = useMemo(
    () => ({
      filter: toFilter(query, Date.now()),
      filterNow: () => toFilter(query, Date.now()),
      order: toOrder(query.sort),
    }),
    [questionKey, round],
  );
  const asked = useRef<Question | null>(null);
  useLayoutEffect(() => {
    if (asked.current === question) return;
    asked.current = question;
    clearTimeout(scrolling.current);
    list.ask(question, query.at);
    setFocused(null);
  }, [question]);
  useEffect(() => () => list.dispose(), []);

  const minute = useMinute(query.lastMillis !== null);
  const countedFilter = useMemo(() => (minute === 0 ? question.filter : question.filterNow()), [question, minute]);
  const facets = useAsk(RUNS_FACETS, { filter: countedFilter, buckets: BUCKETS });
  // One question at a time: a slow count is not asked again before it is answered.
  const countedActivity = useRef(0);
  useEffect(() => {
    if (facets.loading || countedActivity.current === activity) return;
    countedActivity.current = activity;
    facets.again();
  }, [activity, facets.loading]);
  const counted = facets.data?.executions ?? null;
  // Its place is kept while it is empty, so that the table does not move.
  const histogram = counted ? counted.histogram : facets.loading ? NOTHING_COUNTED : null;

  /** Conditions that were chosen start at the top of the list; columns change nothing in it. */
  const change = useCallback(
    (next: Partial<RunsQuery>, how?: 'replace') => {
      const isView = Object.keys(next).every(name => name === 'columns');
      setQuery(isView ? next : { at: null, ...next }, how);
    },
    [setQuery],
  );

  const { rows } = state;
  const isAnswered = state.answered === question;
  const areRowsOld = useLate(state.loading && !isAnswered);
  const areCountsOld = useLate(facets.stale);

  useLayoutEffect(() => {
    if (state.generation === 0) return;
    table.current?.scrollToRow(0);
    const opened = openedRun.get();
    openedRun.set(null);
    if (rows.some(({ run }) => run.id === opened)) setFocused(opened);
    markPainted('runlog:rows');
  }, [state.generation]);
  useEffect(() => {
    if (isAnswered && !facets.loading && !facets.stale) markPainted('runlog:settled');
  }, [isAnswered, facets.loading, facets.stale]);
  useEffect(() => {
    const ids = new Set<string>();
    for (const { run } of rows) {
      if (!run.workflow) continue;
      rememberName(run.workflow.id, run.workflow.name);
      ids.add(run.workflow.id);
    }
    void findP95s([...ids]);
  }, [rows]);
  useEffect(() => {
    findNames(query.workflow).catch(() => {
      // The chips show the IDs.
    });
  }, [query.workflow]);

  const latestLabels = useRef(query.labels);
  latestLabels.current = query.labels;
  const columns = useMemo(
    () =>
      runColumns(
        query.columns,
        query.sort,
        (sort: Sort) => change({ sort }),
        (key, value) => change({ labels: addLabel(latestLabels.current, { key, value, absent: false }) }),
      ),
    [query.columns?.join(), query.sort, change],
  );

  const focusedIndex = useMemo(
    () => (focused === null ? -1 : rows.findIndex(({ run }) => run.id === focused)),
    [rows, focused],
  );

  function open(row: Entry | undefined) {
    if (!row) return;
    savePlace();
    openedRun.set(row.run.id);
    navigate(paths.run(row.run.id));
  }
  function move(distance: number) {
    setFocused(rows[Math.max(0, Math.min(rows.length - 1, focusedIndex + distance))]?.run.id ?? null);
  }
  function showNew() {
    clearTimeout(scrolling.current);
    openedRun.set(null);
    setQuery({ at: null }, 'replace');
    setRound(round + 1);
  }
  async function jump(time: string) {
    if ((await list.jump(question, time)) !== false) return;
    toast(`No run matches ${query.sort === 'start' ? 'after' : 'before'} ${formatDate(Date.parse(time), shownZone)}.`);
  }
  /** Writes the position at once, before another page is opened: Back leads there. */
  function savePlace() {
    clearTimeout(scrolling.current);
    if (list.at !== query.at) setQuery({ at: list.at }, 'replace');
  }
  function onVisible({ start }: { start: number }) {
    const at = list.scrolledTo(start);
    clearTimeout(scrolling.current);
    scrolling.current = setTimeout(() => {
      if (place.get().path === '/' && at !== runsQuery.read(new URLSearchParams(place.get().query)).at) {
        setQuery({ at }, 'replace');
      }
    }, SCROLL_END_MILLIS);
  }
  useEffect(() => () => clearTimeout(scrolling.current), []);

  useKeys('Runs', [
    { key: 'j', label: 'Next run', run: () => move(1) },
    { key: 'k', label: 'Previous run', run: () => move(-1) },
    { key: 'o', label: 'Open the run', run: () => open(rows[focusedIndex]) },
    { key: 'Enter', label: 'Open the run', run: () => open(rows[focusedIndex]) },
    {
      key: 'x',
      label: 'Open the run in another tab',
      run: () => focused !== null && window.open(href(paths.run(focused)), '_blank', 'noopener'),
    },
    { key: '.', label: 'Show new runs', run: showNew },
    {
      key: 'f',
      label: 'Filter',
      run: () => document.querySelector<HTMLElement>('.runs-filters .popup button')?.focus(),
    },
    {
      key: 'y',
      label: 'Copy the link to this view',
      run: async () => (await copyText(currentAddress())) && toast('The link was copied.'),
    },
  ]);

  const set = conditions(query, nameOf, shownZone);
  const isByFinish = query.sort === 'finish' || query.sort === '-finish';
  const selection = query.from && query.to ? { from: query.from, to: query.to } : null;
  const isEmpty = isAnswered && rows.length === 0 && !state.hasNext && !state.partial;

  // Runs that have not finished are not in the order of the finish.
  if (isEmpty && !hasFilters(query) && !isByFinish) return <NoRuns fresh={state.fresh} onRuns={showNew} />;
  return (
    <div class="page-fill runs">
      <h1 class="visually-hidden">Runs</h1>
      <div class="runs-filters">
        <SearchBox value={query.search} onChange={search => change({ search }, 'replace')} />
        <div class="runs-menus">
          <TimeFilter query={query} change={change} />
          <WorkflowFilter query={query} change={change} />
          <LabelFilter query={query} change={change} known={() => knownLabels(rows)} />
          <DurationFilter query={query} change={change} />
          <MoreFilters query={query} change={change} triggers={() => knownTriggers(rows)} />
        </div>
        <div class="runs-tools">
          <SavedViews />
          <Jump
            onJump={jump}
            unavailable={query.sort === '-start' || query.sort === 'start' ? null : 'Only in the order of the start.'}
          />
          <ViewMenu query={query} change={change} />
        </div>
      </div>
      <div class="runs-conditions">
        <StatusChips
          facets={counted}
          chosen={query.status}
          stale={areCountsOld}
          onChange={(status: readonly ExecutionStatus[]) => change({ status })}
        />
        {set.map(({ text, without, isUnknown }) => (
          <RemovableChip key={text} text={text} warn={isUnknown ?? false} onRemove={() => change(without)} />
        ))}
        {set.length > 1 && (
          <Button
            kind="quiet"
            onClick={() => change({ ...NO_FILTERS, sort: query.sort, columns: query.columns, search: query.search })}
          >
            Remove all
          </Button>
        )}
        <NewRuns count={state.fresh} outdated={state.outdated} onShow={showNew} />
      </div>
      {histogram && (
        <div class="runs-histogram">
          <Histogram
            buckets={histogram.buckets}
            selection={selection}
            stale={areCountsOld}
            zone={shownZone}
            onSelect={(from, to) => change({ from, to, lastMillis: null })}
          />
        </div>
      )}
      {/* An error of the list stands for the counts, which have the same one. */}
      {!state.error && (
        <ErrorNotice error={facets.error ?? facets.fieldErrors[0]} what="The counts" again={facets.again} />
      )}
      <ErrorNotice
        error={state.error ?? undefined}
        what="The list of runs"
        again={() => list.ask(question, query.at)}
      />
      <div class={areRowsOld ? 'runs-table is-stale' : 'runs-table'} onClickCapture={savePlace}>
        {state.generation === 0 ? (
          <Unread error={state.error} />
        ) : (
          <VirtualTable
            label="Runs"
            handle={table}
            rows={rows}
            rowKey={row => row.run.id}
            columns={columns}
            rowHeight={36}
            narrowRowHeight={60}
            total={state.hasPrevious || query.search ? null : (counted?.totalCount ?? null)}
            focused={focusedIndex}
            onFocus={index => setFocused(rows[index]?.run.id ?? null)}
            onOpen={open}
            onNearStart={() => void list.previous()}
            onNearEnd={() => {
              if (!state.partial) void list.more();
            }}
            onVisible={onVisible}
            rowClass={rowClass}
            after={
              isEmpty ? (
                <NoMatch query={query} change={change} conditions={set} />
              ) : (
                <End
                  loading={state.loadingMore}
                  partial={state.partial}
                  zone={shownZone}
                  isByFinish={isByFinish}
                  hasNext={state.hasNext}
                  count={rows.length}
                  onContinue={() => void list.more()}
                />
              )
            }
          />
        )}
      </div>
    </div>
  );
}

/** Counts minutes while it is wanted; 0 before the first one. */
function useMinute(isWanted: boolean): number {
  const [minute, setMinute] = useState(0);
  useEffect(() => {
    if (!isWanted) return;
    const timer = setInterval(() => setMinute(before => before + 1), 60_000);
    return () => {
      clearInterval(timer);
      setMinute(0);
    };
  }, [isWanted]);
  return minute;
}

function knownLabels(rows: readonly Entry[]): string[] {
  const labels = rows
    .slice(0, SUGGESTED_ROWS)
    .flatMap(({ run }) => Object.entries((run.labels ?? {}) as Record<string, string>));
  return [...new Set(labels.map(([key, value]) => `${key}=${value}`))].sort();
}

function knownTriggers(rows: readonly Entry[]): string[] {
  const triggers = rows.slice(0, SUGGESTED_ROWS).flatMap(({ run }) => run.trigger ?? []);
  return [...new Set(triggers)].sort();
}

function rowClass({ run, left, changes }: Entry): string {
  const changed = changes === 0 ? '' : changes % 2 ? 'is-changed' : 'is-changed-again';
  return `${statusClass(run.status)} ${left ? 'is-left' : ''} ${changed}`;
}

interface EndProps {
  loading: boolean;
  partial: { until: string | null } | null;
  zone: string;
  isByFinish: boolean;
  hasNext: boolean;
  count: number;
  onContinue: () => void;
}

/** What is below the last row. */
function End({ loading, partial, zone: shownZone, isByFinish, hasNext, count, onContinue }: EndProps) {
  if (partial) {
    const until = partial.until ? `Searched back to ${formatDate(Date.parse(partial.until), shownZone)}.` : '';
    return (
      <div class="runs-end">
        <span>{until || 'The search is not complete.'}</span>
        <Button busy={loading} onClick={onContinue}>
          Continue
        </Button>
      </div>
    );
  }
  if (loading) return <div class="runs-end muted">Loading…</div>;
  if (hasNext || count === 0) return null;
  return (
    <div class="runs-end muted">
      {isByFinish ? 'That is all. Queued and running runs are not in this order.' : 'That is all.'}
    </div>
  );
}
