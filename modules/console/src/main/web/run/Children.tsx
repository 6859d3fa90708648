import { useEffect, useState } from 'preact/hooks';
import { type ApiError, asApiError } from '../api/errors';
import type { Result } from '../api/operation';
import { request } from '../api/request';
import { Link, paths } from '../app/navigate';
import { useAsk } from '../app/useAsk';
import { Button } from '../parts/Button';
import { Duration } from '../parts/Duration';
import { ErrorNotice } from '../parts/Notice';
import { Recorded } from '../parts/Recorded';
import { Status } from '../parts/Status';
import { Time } from '../parts/Time';
import { formatNumber } from '../text/number';
import { firstLine } from '../text/visible';
import { runChildren } from './operations';
import { hasEnded } from './useRun';

const PAGE = 20;
type Connection = NonNullable<NonNullable<Result<'RunChildren'>['execution']>['children']>;

interface ChildrenProps {
  id: string;
  /** Grows when they may have changed. */
  changes: number;
  /** The run is not there any more. */
  onMissing: () => void;
}

/** The runs that this one started. */
export function Children({ id, changes, onMissing }: ChildrenProps) {
  const { data, again } = useAsk(runChildren, { id, first: PAGE });
  const [more, setMore] = useState<readonly Connection[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    if (changes) again();
  }, [changes]);
  useEffect(() => {
    if (data && !data.execution) onMissing();
  }, [data]);
  const first = data?.execution?.children;
  if (!first?.nodes.length) return null;
  const pages = [first, ...more];
  const last = pages.at(-1) as Connection;
  const known = new Map(pages.flatMap(page => page.nodes.map(node => [node.id, node])));

  async function readMore() {
    setBusy(true);
    try {
      const next = await request(runChildren, { id, first: PAGE, after: last.pageInfo.endCursor });
      const page = next.execution?.children;
      if (page) setMore([...more, page]);
      else onMissing();
      setError(undefined);
    } catch (failure) {
      setError(asApiError(failure));
    } finally {
      setBusy(false);
    }
  }
  return (
    <section class="run-section">
      <h2>
        Started by this run{' '}
        <span class="run-count">{formatNumber(first.totalCount ?? first.countAtLeast ?? known.size)}</span>
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
          {[...known.values()].map(child => (
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
      <ErrorNotice error={error} />
      {last.pageInfo.hasNextPage && (
        <Button class="children-more" busy={busy} onClick={readMore}>
          Show more
        </Button>
      )}
    </section>
  );
}
