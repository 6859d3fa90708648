import { Link, paths } from '../app/navigate';
import { Button } from '../parts/Button';
import { Duration } from '../parts/Duration';
import { ErrorNotice } from '../parts/Notice';
import { Recorded } from '../parts/Recorded';
import { Status } from '../parts/Status';
import { Time } from '../parts/Time';
import { formatNumber } from '../text/number';
import { firstLine } from '../text/visible';
import { useChildren } from './useChildren';
import { hasEnded } from './useRun';

interface ChildrenProps {
  id: string;
  /** The run is not there any more. */
  onMissing: () => void;
}

/** The runs that this one started. */
export function Children({ id, onMissing }: ChildrenProps) {
  const { loaded, error, isReadingMore, more, again } = useChildren(id, onMissing);
  if (!loaded?.nodes.length)
    return <ErrorNotice error={error} again={again} what="The list of runs started by this one" />;
  return (
    <section class="run-section">
      <h2>
        Started by this run <span class="run-count">{formatNumber(loaded.total)}</span>
      </h2>
      <table class="children">
        <thead>
          <tr>
            <th>Status</th>
            <th>Workflow</th>
            <th>Started</th>
            <th class="figure">Duration</th>
            <th>Error</th>
          </tr>
        </thead>
        <tbody>
          {loaded.nodes.map(child => (
            <tr key={child.id}>
              <td>
                <Status status={child.status} />
              </td>
              <td>
                <Link to={paths.run(child.id)}>
                  <Recorded text={child.workflow?.name ?? child.id} />
                </Link>
              </td>
              <td>
                <Time at={child.startedAt} />
              </td>
              <td class="figure">
                <Duration millis={child.durationMillis} since={hasEnded(child.status) ? null : child.startedAt} />
              </td>
              <td class="children-error">
                <Recorded text={firstLine(child.error?.message ?? '')} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ErrorNotice error={error} again={again} what="The list of runs started by this one" />
      {loaded.hasMore && (
        <Button class="children-more" busy={isReadingMore} onClick={more}>
          Show more
        </Button>
      )}
    </section>
  );
}
