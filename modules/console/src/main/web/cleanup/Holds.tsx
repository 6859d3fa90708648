import { Link, paths } from '../app/navigate';
import { usePages } from '../app/usePages';
import { useSend } from '../app/useSend';
import { Button } from '../parts/Button';
import { ErrorNotice, Notice, Unread } from '../parts/Notice';
import { Recorded } from '../parts/Recorded';
import { Status } from '../parts/Status';
import { DateTime } from '../parts/Time';
import { formatNumber } from '../text/number';
import { HELD_RUNS, RELEASE_RUN } from './operations';

const PAGE = 50;

/** Runs that no cleanup deletes. */
export function Holds() {
  const list = usePages(HELD_RUNS, { first: PAGE }, result => result.executions);
  const { send, busy, error } = useSend(RELEASE_RUN);
  const { rows } = list;

  async function release(id: string) {
    await send({ input: { executionId: id } });
    // Also after a failure: the run may have been released or deleted elsewhere.
    list.again();
  }

  return (
    <div class="cleanup-panel">
      <p class="secondary">
        A held run, and its children, are not deleted by any cleanup or policy. Hold a run on its own page.
      </p>
      <ErrorNotice error={list.error ?? list.fieldErrors[0] ?? error} again={list.again} what="The list of held runs" />
      {!rows && <Unread error={list.error} rows={4} />}
      {rows?.length === 0 && <Notice kind="empty" title="No run is held." />}
      {rows && rows.length > 0 && (
        <div class="cleanup-table" tabIndex={0} role="region" aria-label="Held runs">
          <table class="rows">
            <thead>
              <tr>
                <th scope="col">Run</th>
                <th scope="col">Workflow</th>
                <th scope="col">Start</th>
                <th scope="col">Reason</th>
                <th scope="col">
                  <span class="visually-hidden">Release</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(run => (
                <tr key={run.id}>
                  <td>
                    <Link to={paths.run(run.id)}>
                      <Status status={run.status} />
                    </Link>
                  </td>
                  <td>{run.workflow && <Recorded text={run.workflow.name} />}</td>
                  <td>{run.startedAt && <DateTime at={run.startedAt} />}</td>
                  <td class="wide">
                    {run.holdReason ? <Recorded text={run.holdReason} /> : <span class="muted">none given</span>}
                  </td>
                  <td>
                    <Button busy={busy} onClick={() => release(run.id)}>
                      Release
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasMore && (
        <div>
          <Button onClick={list.more}>
            Show more{list.total === null || !rows ? '' : ` of ${formatNumber(list.total)}`}
          </Button>
        </div>
      )}
    </div>
  );
}
