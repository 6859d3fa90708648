import { useEffect, useMemo, useState } from 'preact/hooks';
import { useKeys } from '../app/keys';
import { Link, navigate, paths, type QueryCodec, useQuery } from '../app/navigate';
import { clear, keepUnknown, ParameterReader, type Unknown } from '../app/unknown';
import { useAsk } from '../app/useAsk';
import { usePages } from '../app/usePages';
import { Sparkline } from '../chart/Sparkline';
import { Bar } from '../parts/Bar';
import { Button } from '../parts/Button';
import { SelectField, TextField } from '../parts/Field';
import { ErrorNotice, Notice, Unread } from '../parts/Notice';
import { NotUnderstood } from '../parts/NotUnderstood';
import { Recorded } from '../parts/Recorded';
import { StatusGlyph, statusWord } from '../parts/Status';
import { Time } from '../parts/Time';
import { type Column, VirtualTable } from '../table/VirtualTable';
import type { Window } from '../table/window';
import { formatDuration } from '../text/duration';
import { formatNumber, formatShare, plural, shortNumber } from '../text/number';
import { TOP_WORKFLOWS, WORKFLOW_LIST } from './operations';
import { lastDays } from './ranges';
import { TREND_DAYS, type Trend, useTrends } from './trends';
import './workflows.css';

type Sort = '' | 'busiest' | 'failures' | 'slowest';

interface ListQuery {
  readonly q: string;
  readonly sort: Sort;
  readonly unknown: readonly Unknown[];
}

const SORTS: readonly { readonly value: Sort; readonly label: string }[] = [
  { value: '', label: 'Newest first' },
  { value: 'busiest', label: 'Most runs' },
  { value: 'failures', label: 'Most failures' },
  { value: 'slowest', label: 'Longest mean duration' },
];

const ORDERS = { busiest: 'RECORDED', failures: 'FAILURES', slowest: 'AVERAGE_DURATION' } as const;
const TOP_DAYS = 30;
/** Longer than any name, and short enough for a URL. */
const SEARCH_MAX = 200;
/** As many as the server compares. */
const TOP_MAX = 100;
const PAGE = 50;

const NAMES = ['q', 'sort'];

const CODEC: QueryCodec<ListQuery> = {
  read(query) {
    const reader = new ParameterReader(query, NAMES);
    return {
      q: (query.get('q') ?? '').slice(0, SEARCH_MAX),
      sort: reader.one('sort', text => SORTS.find(({ value }) => value === text)?.value ?? null) ?? '',
      unknown: reader.unknown(),
    };
  },
  write({ q, sort, unknown }, query) {
    clear(query);
    if (q) query.set('q', q.slice(0, SEARCH_MAX));
    if (sort) query.set('sort', sort);
    keepUnknown(query, NAMES, unknown);
  },
};

interface Row {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly owner: string | null;
}

export function WorkflowsPage() {
  const [{ q, sort, unknown }, setQuery] = useQuery(CODEC);
  const search = useDelayed(q.trim(), 150);
  const list = usePages(
    WORKFLOW_LIST,
    sort === '' ? { search: search || null, first: PAGE } : null,
    result => result.workflows,
  );
  const top = useAsk(
    TOP_WORKFLOWS,
    sort === '' ? null : { from: lastDays(TOP_DAYS, Date.now()), orderBy: ORDERS[sort] },
  );
  const topRows = useMemo(() => {
    const all = top.data?.statistics?.byWorkflow?.map(({ workflow }) => workflow);
    const text = search.toLowerCase();
    return all?.filter(({ key, name }) => `${key}\n${name}`.toLowerCase().includes(text));
  }, [top.data, search]);

  const rows: readonly Row[] | undefined = sort === '' ? list.rows : topRows;
  const asked = sort === '' ? list : top;
  const [visible, setVisible] = useState<Window>({ start: 0, end: 20 });
  const trends = useTrends(
    useMemo(() => rows?.slice(visible.start, visible.end).map(({ id }) => id) ?? [], [rows, visible]),
  );
  const columns = useMemo(() => columnsWith(trends), [trends]);
  const [focused, setFocused] = useState(-1);

  const open = (row: Row) => navigate(paths.workflow(row.id));
  useKeys('Workflows', [
    { key: 'j', label: 'Next workflow', run: () => rows && setFocused(Math.min(rows.length - 1, focused + 1)) },
    { key: 'k', label: 'Previous workflow', run: () => setFocused(Math.max(0, focused - 1)) },
    { key: 'o', label: 'Open the workflow', run: () => rows?.[focused] && open(rows[focused]) },
  ]);

  return (
    <div class="page-fill workflows">
      <div class="workflows-head">
        <h1>Workflows</h1>
        <TextField
          label="Search by name or key"
          hideLabel
          type="search"
          placeholder="Search by name or key"
          maxLength={SEARCH_MAX}
          value={q}
          onInput={text => setQuery({ q: text }, 'replace')}
        />
        <SelectField label="Order" hideLabel value={sort} options={SORTS} onChange={next => setQuery({ sort: next })} />
        <span class="secondary" role="status">
          {rows &&
            counted(sort === '' ? rows.length : (top.data?.statistics?.byWorkflow?.length ?? 0), sort, list.total)}
        </span>
      </div>
      <NotUnderstood unknown={unknown} onChange={next => setQuery({ unknown: next })} />
      <ErrorNotice error={asked.error ?? asked.fieldErrors[0]} again={asked.again} what="The list of workflows" />
      {rows === undefined ? (
        <Unread error={asked.error ?? asked.fieldErrors[0]} height={44} />
      ) : rows.length === 0 ? (
        <Nothing search={search} clear={() => setQuery({ q: '' })} />
      ) : (
        <VirtualTable
          label="Workflows"
          rows={rows}
          rowKey={row => row.id}
          columns={columns}
          rowHeight={44}
          narrowRowHeight={72}
          total={sort === '' ? list.total : rows.length}
          focused={focused}
          onFocus={setFocused}
          onOpen={open}
          onVisible={setVisible}
          onNearEnd={() => sort === '' && list.more()}
        />
      )}
    </div>
  );
}

function counted(shown: number, sort: Sort, total: number | null): string {
  if (sort !== '') {
    return shown < TOP_MAX
      ? `${plural(shown, 'workflow')} with runs in the last ${TOP_DAYS} days`
      : `The first ${TOP_MAX}, by the last ${TOP_DAYS} days`;
  }
  return total === null ? '' : plural(total, 'workflow');
}

function Nothing({ search, clear }: { search: string; clear: () => void }) {
  if (search) {
    return (
      <Notice
        kind="empty"
        title={`No workflow has “${search}” in its name or key.`}
        actions={<Button onClick={clear}>Clear the search</Button>}
      />
    );
  }
  return (
    <Notice kind="empty" title="There are no workflows yet.">
      A workflow appears with its first run. <Link to={paths.runs()}>Record one</Link>.
    </Notice>
  );
}

function columnsWith(trends: ReadonlyMap<string, Trend>): Column<Row>[] {
  const of = <T,>(show: (trend: Trend, row: Row) => T) => {
    return (row: Row) => {
      const trend = trends.get(row.id);
      return trend ? show(trend, row) : <span class="muted">…</span>;
    };
  };
  return [
    {
      id: 'name',
      title: 'Workflow',
      width: 'minmax(160px, 2fr)',
      narrow: '1 / 1 / 2 / 3',
      cell: row => (
        <Link to={paths.workflow(row.id)} class="workflows-name" tabIndex={-1}>
          <Recorded text={row.name} class="cut" />
          {row.key !== row.name && <Recorded text={row.key} class="muted cut" />}
        </Link>
      ),
    },
    {
      id: 'success',
      title: `Success, ${TREND_DAYS} days`,
      width: '120px',
      align: 'end',
      narrow: '1 / 3',
      cell: of(({ successRate }) =>
        successRate === null ? (
          <span class="muted">–</span>
        ) : (
          <span class="workflows-success">
            {formatShare(successRate)}
            <Bar share={successRate} tone={successRate < 0.9 ? 'failed' : 'success'} />
          </span>
        ),
      ),
    },
    {
      id: 'durations',
      title: 'p50 / p95',
      width: '160px',
      align: 'end',
      cell: of(({ p50, p95 }) =>
        p50 === null || p95 === null ? <span class="muted">–</span> : `${formatDuration(p50)} / ${formatDuration(p95)}`,
      ),
    },
    {
      id: 'runs',
      title: 'Runs',
      width: '80px',
      align: 'end',
      cell: of(({ runs }) => <span title={formatNumber(runs)}>{shortNumber(runs)}</span>),
    },
    {
      id: 'trend',
      title: `Runs and failures by day`,
      width: 'minmax(140px, 1fr)',
      cell: of(({ points, runs, failures }, row) => (
        <Sparkline
          points={points}
          label={`${row.name}: ${plural(runs, 'run')} and ${plural(failures, 'failure')} in ${TREND_DAYS} days`}
        />
      )),
    },
    {
      id: 'last',
      title: 'Last run',
      width: 'minmax(130px, 1fr)',
      narrow: '2 / 1 / 3 / 4',
      cell: of(({ lastRun }) =>
        lastRun ? (
          <Link to={paths.run(lastRun.id)} class="workflows-last" tabIndex={-1}>
            <StatusGlyph status={lastRun.status} />
            <span class="visually-hidden">{statusWord(lastRun.status)}</span>
            <Time at={lastRun.startedAt} missing="not started" />
          </Link>
        ) : (
          <span class="muted">none stored</span>
        ),
      ),
    },
  ];
}

/** A value that is used once it stays the same for a moment. */
function useDelayed(value: string, millis: number): string {
  const [delayed, setDelayed] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(value), millis);
    return () => clearTimeout(timer);
  }, [value, millis]);
  return delayed;
}
