import { useMemo } from 'preact/hooks';
import { useStore } from '../api/store';
import { zone } from '../app/clock';
import { useKeys } from '../app/keys';
import { Link, navigate, paths } from '../app/navigate';
import { useAsk } from '../app/useAsk';
import { statusClass, statusWord } from '../parts/Status';
import { formatDuration } from '../text/duration';
import { formatDate } from '../text/time';
import { timeOfId } from './ids';
import { neighbours } from './operations';
import type { Run } from './useRun';

const OLDER = 20;
const NEWER = 9;

/** The runs of this workflow around this one, oldest first, each a link. Failed ones are taller. */
export function History({ run }: { run: Run }) {
  const zoneName = useStore(zone);
  const time = timeOfId(run.id);
  const workflow = run.workflow?.id;
  const { data } = useAsk(
    neighbours,
    workflow === undefined
      ? null
      : {
          workflow,
          before: new Date(time + 1).toISOString(),
          after: new Date(time - 1).toISOString(),
          older: OLDER + 1,
          newer: NEWER + 1,
        },
  );
  const runs = useMemo(() => {
    const others = [...(data?.older?.nodes ?? []), ...(data?.newer?.nodes ?? [])];
    const byId = new Map(others.map(one => [one.id, one]));
    byId.set(run.id, run);
    return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }, [data, run]);
  const at = runs.findIndex(one => one.id === run.id);

  function go(to: number) {
    const target = runs[to];
    if (target) navigate(paths.run(target.id));
  }
  useKeys('Run', [
    { key: '[', label: 'Earlier run of this workflow', run: () => go(at - 1) },
    { key: ']', label: 'Later run of this workflow', run: () => go(at + 1) },
  ]);

  if (runs.length < 2) return null;
  return (
    <nav class="history" aria-label="Runs of this workflow around this one, oldest first">
      <div class="history-runs">
        {runs.map(one => {
          const words = [
            statusWord(one.status),
            one.startedAt && formatDate(Date.parse(one.startedAt), zoneName),
            one.durationMillis !== null && formatDuration(one.durationMillis),
            one.id === run.id && 'this run',
          ];
          const label = words.filter(Boolean).join(', ');
          return (
            <Link
              key={one.id}
              to={paths.run(one.id)}
              class={`history-run ${statusClass(one.status)}`}
              aria-label={label}
              title={label}
              aria-current={one.id === run.id ? 'page' : undefined}
            >
              <span />
            </Link>
          );
        })}
      </div>
      <span class="muted">
        <kbd>[</kbd> earlier and <kbd>]</kbd> later runs of this workflow
      </span>
    </nav>
  );
}
