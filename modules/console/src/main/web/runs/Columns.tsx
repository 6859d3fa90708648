import { Link, paths } from '../app/navigate';
import { Label } from '../parts/Chips';
import { Duration } from '../parts/Duration';
import { Icon } from '../parts/Icon';
import { Recorded } from '../parts/Recorded';
import { Status } from '../parts/Status';
import { Time } from '../parts/Time';
import type { Column } from '../table/VirtualTable';
import { firstLine } from '../text/visible';
import type { Sort } from './query';
import type { Entry } from './rows';
import { p95Of } from './workflows';

export interface ColumnChoice {
  readonly id: string;
  readonly title: string;
}

/** All columns, in the order in which they stand. */
export const COLUMNS: readonly ColumnChoice[] = [
  { id: 'status', title: 'Status' },
  { id: 'workflow', title: 'Workflow' },
  { id: 'start', title: 'Start' },
  { id: 'duration', title: 'Duration' },
  { id: 'trigger', title: 'Trigger' },
  { id: 'error', title: 'Error' },
  { id: 'labels', title: 'Labels' },
  { id: 'attempt', title: 'Attempt' },
  { id: 'finish', title: 'Finish' },
  { id: 'queued', title: 'Queued for' },
  { id: 'external', title: 'External ID' },
];

export const USUAL_COLUMNS: readonly string[] = COLUMNS.slice(0, 8).map(({ id }) => id);

/** The columns of the table. A column of the order in use is marked; a second click reverses it. */
export function runColumns(
  chosen: readonly string[] | null,
  sort: Sort,
  onSort: (sort: Sort) => void,
  onLabel: (key: string, value: string) => void,
): Column<Entry>[] {
  const sortable = (name: 'start' | 'duration' | 'finish') => ({
    sorted: sort === name ? ('ascending' as const) : sort === `-${name}` ? ('descending' as const) : null,
    onSort: () => onSort(sort === `-${name}` ? name : `-${name}`),
  });
  const columns: Column<Entry>[] = [
    {
      id: 'status',
      title: 'Status',
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
      title: 'Workflow',
      width: 'minmax(140px, 1.2fr)',
      narrow: '1 / 2',
      cell: ({ run }) => (
        <Link class="runs-link" to={paths.run(run.id)} tabIndex={-1}>
          <Recorded text={run.workflow?.name ?? run.id} />
        </Link>
      ),
    },
    {
      id: 'start',
      title: 'Start',
      width: '104px',
      narrow: '1 / 3',
      ...sortable('start'),
      cell: ({ run }) => <Time at={run.startedAt ?? run.queuedAt} />,
    },
    {
      id: 'duration',
      title: 'Duration',
      width: '96px',
      align: 'end',
      narrow: '2 / 3',
      ...sortable('duration'),
      cell: ({ run }) => (
        <Duration
          millis={run.durationMillis}
          since={run.finishedAt || run.status !== 'RUNNING' ? null : run.startedAt}
          p95={run.workflow ? p95Of(run.workflow.id) : null}
        />
      ),
    },
    {
      id: 'trigger',
      title: 'Trigger',
      width: 'minmax(72px, 0.5fr)',
      cell: ({ run }) => (run.trigger ? <Recorded text={run.trigger} class="secondary" /> : null),
    },
    {
      id: 'error',
      title: 'Error',
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
      title: 'Labels',
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
      title: 'Attempt',
      width: '56px',
      align: 'end',
      cell: ({ run }) => <span class={run.attempt === 1 ? 'muted' : ''}>{run.attempt}</span>,
    },
    {
      id: 'finish',
      title: 'Finish',
      width: '104px',
      ...sortable('finish'),
      cell: ({ run }) => <Time at={run.finishedAt} />,
    },
    {
      id: 'queued',
      title: 'Queued for',
      width: '88px',
      align: 'end',
      cell: ({ run }) => <Duration millis={queuedMillis(run)} since={run.startedAt ? null : run.queuedAt} />,
    },
    {
      id: 'external',
      title: 'External ID',
      width: 'minmax(120px, 1fr)',
      cell: ({ run }) => (run.externalId ? <Recorded text={run.externalId} class="mono" /> : null),
    },
  ];
  const wanted = chosen ?? USUAL_COLUMNS;
  return columns.filter(({ id }) => wanted.includes(id));
}

function queuedMillis({ queuedAt, startedAt }: Entry['run']): number | null {
  return queuedAt && startedAt ? Date.parse(startedAt) - Date.parse(queuedAt) : null;
}
