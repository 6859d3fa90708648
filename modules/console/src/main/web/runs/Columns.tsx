import { useStore } from '../api/store';
import { Link, paths } from '../app/navigate';
import { openedRun } from '../app/opened-run';
import { Label } from '../parts/Chips';
import { Duration } from '../parts/Duration';
import { Icon } from '../parts/Icon';
import { Recorded } from '../parts/Recorded';
import { Status } from '../parts/Status';
import { Time } from '../parts/Time';
import type { Column } from '../table/VirtualTable';
import { firstLine } from '../text/visible';
import { COLUMN_IDS, type ColumnId, type Sort } from './query';
import type { Entry } from './rows';
import { p95Of, workflowVersion } from './workflows';

export const COLUMN_TITLES: Readonly<Record<ColumnId, string>> = {
  status: 'Status',
  workflow: 'Workflow',
  start: 'Start',
  duration: 'Duration',
  trigger: 'Trigger',
  error: 'Error',
  labels: 'Labels',
  attempt: 'Attempt',
  finish: 'Finish',
  queued: 'Queued for',
  external: 'External ID',
};

export const USUAL_COLUMNS: readonly ColumnId[] = COLUMN_IDS.slice(0, 8);

/** The columns of the table. A column of the order in use is marked; a second click reverses it. */
export function runColumns(
  chosen: readonly ColumnId[] | null,
  sort: Sort,
  onSort: (sort: Sort) => void,
  onLabel: (key: string, value: string) => void,
): Column<Entry>[] {
  const sortable = (name: 'start' | 'duration' | 'finish') => ({
    sorted: sort === name ? ('ascending' as const) : sort === `-${name}` ? ('descending' as const) : null,
    onSort: () => onSort(sort === `-${name}` ? name : `-${name}`),
  });
  const columns: (Omit<Column<Entry>, 'title'> & { id: ColumnId })[] = [
    {
      id: 'status',
      width: '104px',
      narrow: '1 / 1',
      cell: ({ run, left }) => (
        <span class="runs-status">
          <Status status={run.status} />
          {run.held && (
            <span title="Held: no cleanup deletes it">
              <Icon name="lock" size={12} />
              <span class="visually-hidden">held</span>
            </span>
          )}
          {left && <span class="muted">no longer matches</span>}
        </span>
      ),
    },
    {
      id: 'workflow',
      width: 'minmax(140px, 1.2fr)',
      narrow: '1 / 2',
      cell: ({ run }) => (
        <Link class="runs-link" to={paths.run(run.id)} tabIndex={-1} onClick={() => openedRun.set(run.id)}>
          <Recorded text={run.workflow?.name ?? run.id} />
        </Link>
      ),
    },
    {
      id: 'start',
      width: '104px',
      narrow: '1 / 3',
      ...sortable('start'),
      cell: ({ run }) => <Time at={run.startedAt ?? run.queuedAt} />,
    },
    {
      id: 'duration',
      width: '96px',
      align: 'end',
      narrow: '2 / 3',
      ...sortable('duration'),
      cell: ({ run }) => <RunDuration run={run} />,
    },
    {
      id: 'trigger',
      width: 'minmax(72px, 0.5fr)',
      cell: ({ run }) => (run.trigger ? <Recorded text={run.trigger} class="secondary" /> : null),
    },
    {
      id: 'error',
      width: 'minmax(160px, 2.4fr)',
      narrow: '2 / 1 / 3 / 3',
      cell: ({ run }) => {
        const { message, type } = run.error ?? {};
        const text = firstLine(message ?? '') || type;
        if (text) return <Recorded text={text} />;
        // On a narrow screen this is the row's second line.
        return run.trigger ? <Recorded text={run.trigger} class="secondary only-narrow" /> : null;
      },
    },
    {
      id: 'labels',
      width: 'minmax(120px, 1.2fr)',
      cell: ({ run }) => (
        <span class="runs-labels">
          {Object.entries((run.labels ?? {}) as Record<string, string>).map(([key, value]) => (
            <button
              key={key}
              type="button"
              class="runs-label"
              tabIndex={-1}
              title={`Only runs with ${key}=${value}`}
              onClick={() => onLabel(key, String(value))}
            >
              <Label name={key} value={String(value)} />
            </button>
          ))}
        </span>
      ),
    },
    {
      id: 'attempt',
      width: '56px',
      align: 'end',
      cell: ({ run }) => <span class={run.attempt === 1 ? 'muted' : ''}>{run.attempt}</span>,
    },
    {
      id: 'finish',
      width: '104px',
      ...sortable('finish'),
      cell: ({ run }) => <Time at={run.finishedAt} />,
    },
    {
      id: 'queued',
      width: '88px',
      align: 'end',
      cell: ({ run }) => <Duration millis={queuedMillis(run)} since={run.startedAt ? null : run.queuedAt} />,
    },
    {
      id: 'external',
      width: 'minmax(120px, 1fr)',
      cell: ({ run }) => (run.externalId ? <Recorded text={run.externalId} class="mono" /> : null),
    },
  ];
  const wanted = chosen ?? USUAL_COLUMNS;
  return columns
    .filter(({ id }) => wanted.includes(id))
    .map(column => ({ ...column, title: COLUMN_TITLES[column.id] }));
}

/** The only cell that changes when the p95 of a workflow becomes known. */
function RunDuration({ run }: { run: Entry['run'] }) {
  useStore(workflowVersion);
  return (
    <Duration
      millis={run.durationMillis}
      since={run.finishedAt || run.status !== 'RUNNING' ? null : run.startedAt}
      p95={run.workflow ? p95Of(run.workflow.id) : null}
    />
  );
}

function queuedMillis({ queuedAt, startedAt }: Entry['run']): number | null {
  return queuedAt && startedAt ? Date.parse(startedAt) - Date.parse(queuedAt) : null;
}
