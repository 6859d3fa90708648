import { Link, paths } from '../app/navigate';
import { Label } from '../parts/Chips';
import { Duration } from '../parts/Duration';
import { Heartbeat } from '../parts/Heartbeat';
import { Recorded } from '../parts/Recorded';
import { Status } from '../parts/Status';
import { p95Of } from '../runs/workflows';
import type { Column } from '../table/VirtualTable';
import type { RunningRun, RunningSort } from './runs';

/** The columns of what runs. */
export function runningColumns(sort: RunningSort, onSort: (sort: RunningSort) => void): Column<RunningRun>[] {
  const sortable = (name: 'elapsed' | 'heartbeat', first: RunningSort, second: RunningSort) => ({
    sorted: !sort.endsWith(name) ? null : sort.startsWith('-') ? ('descending' as const) : ('ascending' as const),
    onSort: () => onSort(sort === first ? second : first),
  });
  return [
    {
      id: 'status',
      title: 'Status',
      width: '104px',
      narrow: '1 / 1',
      cell: ({ run }) => <Status status={run.status} />,
    },
    {
      id: 'workflow',
      title: 'Workflow',
      width: 'minmax(160px, 1.5fr)',
      narrow: '1 / 2',
      cell: ({ run }) => (
        <Link class="runs-link" to={paths.run(run.id)} tabIndex={-1}>
          <Recorded text={run.workflow?.name ?? run.id} />
        </Link>
      ),
    },
    {
      id: 'elapsed',
      title: 'Elapsed',
      width: '120px',
      align: 'end',
      narrow: '1 / 3',
      ...sortable('elapsed', '-elapsed', 'elapsed'),
      cell: ({ run, endedAt }) => (
        <Duration
          millis={run.durationMillis}
          since={endedAt === null ? (run.startedAt ?? run.queuedAt) : null}
          p95={run.workflow && run.startedAt ? p95Of(run.workflow.id) : null}
        />
      ),
    },
    {
      id: 'heartbeat',
      title: 'Heartbeat',
      width: '140px',
      narrow: '2 / 1 / 3 / 3',
      ...sortable('heartbeat', 'heartbeat', '-heartbeat'),
      cell: ({ run, endedAt }) =>
        endedAt === null && run.status === 'RUNNING' ? (
          <Heartbeat last={run.lastHeartbeatAt} deadline={run.heartbeatDeadline} />
        ) : null,
    },
    {
      id: 'trigger',
      title: 'Trigger',
      width: 'minmax(72px, 0.6fr)',
      cell: ({ run }) => (run.trigger ? <Recorded text={run.trigger} class="secondary" /> : null),
    },
    {
      id: 'labels',
      title: 'Labels',
      width: 'minmax(120px, 1.5fr)',
      cell: ({ run }) => (
        <span class="runs-labels">
          {Object.entries((run.labels ?? {}) as Record<string, string>).map(([key, value]) => (
            <Label key={key} name={key} value={String(value)} />
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
  ];
}
