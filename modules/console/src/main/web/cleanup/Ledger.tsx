import { Link, paths } from '../app/navigate';
import { usePages } from '../app/usePages';
import { Button } from '../parts/Button';
import { ErrorNotice, Notice, Unread } from '../parts/Notice';
import { Recorded } from '../parts/Recorded';
import { DateTime } from '../parts/Time';
import { formatBytes, formatNumber } from '../text/number';
import { sentence } from '../text/words';
import { cleanupWords, STATES } from './ledger-words';
import { CLEANUPS } from './operations';
import { Progress } from './Progress';

const PAGE = 50;

/** Each cleanup: who, when, what, how much. One can be opened. */
export function Ledger({ open, onOpen }: { open: string | null; onOpen: (id: string | null) => void }) {
  const list = usePages(CLEANUPS, open === null ? { first: PAGE } : null, result => result.cleanups);
  const { rows } = list;
  if (open !== null) return <Progress key={open} id={open} onDone={() => onOpen(null)} />;
  return (
    <div class="cleanup-panel">
      <ErrorNotice error={list.error ?? list.fieldErrors[0]} again={list.again} what="The list of cleanups" />
      {!rows && <Unread error={list.error} rows={6} />}
      {rows?.length === 0 && (
        <Notice kind="empty" title="Nothing was deleted yet.">
          Each cleanup is listed here, with who requested it and what it deleted.
        </Notice>
      )}
      {rows && rows.length > 0 && (
        <div class="cleanup-table" tabIndex={0} role="region" aria-label="Past cleanups">
          <table class="rows">
            <thead>
              <tr>
                <th scope="col">Requested</th>
                <th scope="col">By</th>
                <th scope="col">What</th>
                <th scope="col">State</th>
                <th scope="col" class="figure">
                  Deleted
                </th>
                <th scope="col" class="figure">
                  Freed
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(cleanup => (
                <tr key={cleanup.id}>
                  <td>
                    <Link to={paths.cleanup(`tab=past&cleanup=${cleanup.id}`)}>
                      <DateTime at={cleanup.createdAt} />
                    </Link>
                  </td>
                  <td>{cleanup.policyId !== null ? 'a policy' : <Recorded text={cleanup.requestedBy} />}</td>
                  <td class="wide" title={sentence(cleanupWords(cleanup))}>
                    {sentence(cleanupWords(cleanup))}
                  </td>
                  <td>{STATES[cleanup.state]}</td>
                  <td class="figure">{formatNumber(cleanup.deleted)}</td>
                  <td class="figure">{formatBytes(cleanup.bytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasMore && (
        <div>
          <Button onClick={list.more}>Show more{list.total === null ? '' : ` of ${formatNumber(list.total)}`}</Button>
        </div>
      )}
    </div>
  );
}
