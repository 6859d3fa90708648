import { useEffect, useRef, useState } from 'preact/hooks';
import type { CleanupFigures } from '#operations';
import { follow } from '../api/live';
import { useNow } from '../app/clock';
import { useAsk } from '../app/useAsk';
import { useSend } from '../app/useSend';
import { Button } from '../parts/Button';
import { ErrorNotice, Notice, Unread } from '../parts/Notice';
import { formatElapsed } from '../text/duration';
import { formatBytes, formatNumber, plural } from '../text/number';
import { sentence } from '../text/words';
import type { Cleanup } from './criteria';
import { cleanupWords, isOver, STATES } from './ledger-words';
import { CANCEL_CLEANUP, CLEANUP_DETAIL, CLEANUP_LIVE } from './operations';
import { Preview } from './Preview';

type Detail = Cleanup & CleanupFigures;

/** A cleanup while it runs and once it has ended: what it was to delete, beside what it did. */
export function Progress({ id, onDone }: { id: string; onDone: () => void }) {
  const asked = useAsk(CLEANUP_DETAIL, { id });
  const [latest, setLatest] = useState<Detail | null>(null);
  const cleanup = latest?.id === id ? latest : (asked.data?.cleanup ?? null);
  const over = cleanup !== null && isOver(cleanup.state);

  useEffect(() => {
    if (asked.data?.cleanup && isOver(asked.data.cleanup.state)) return;
    return follow(
      CLEANUP_LIVE,
      { id },
      {
        events(batch) {
          const last = batch[batch.length - 1];
          if (last) setLatest(last.cleanupProgress);
        },
        end: asked.again,
        error: asked.again,
      },
    );
  }, [id, asked.data?.cleanup?.state]);

  if (asked.data && !cleanup) {
    return (
      <Notice kind="empty" title="No cleanup with this ID." actions={<Button onClick={onDone}>Back</Button>}>
        It is someone else’s, or older than the ledger keeps.
      </Notice>
    );
  }
  return (
    <div class="cleanup-panel">
      <ErrorNotice error={asked.error ?? asked.fieldErrors[0]} again={asked.again} what="Clean up" />
      {!cleanup && <Unread error={asked.error} rows={4} />}
      {cleanup && (
        <>
          <div class="cleanup-detail-head">
            <h2>{STATES[cleanup.state]}</h2>
            <Button onClick={onDone}>{over ? 'Back' : 'Leave it running'}</Button>
          </div>
          <Running cleanup={cleanup} over={over} />
          {cleanup.preview && (
            <section aria-labelledby="at-start" class="cleanup-panel">
              <h2 id="at-start">What it found when it started</h2>
              <Preview words={cleanupWords(cleanup)} figures={cleanup.preview} stale={false} />
            </section>
          )}
        </>
      )}
    </div>
  );
}

function Running({ cleanup, over }: { cleanup: Detail; over: boolean }) {
  const { send, busy, error } = useSend(CANCEL_CLEANUP);
  const rate = useRate(cleanup.deleted);
  const share = cleanup.matched === 0 ? (over ? 1 : 0) : Math.min(1, cleanup.deleted / cleanup.matched);
  return (
    <div class="cleanup-preview">
      <p class="secondary">{sentence(cleanupWords(cleanup))}</p>
      <div
        class="cleanup-progress"
        role="progressbar"
        aria-label="Deleted"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
      >
        <span style={{ width: `${share * 100}%` }} />
      </div>
      <p>
        <strong>{formatNumber(cleanup.deleted)}</strong> of {cleanup.matchedExact ? '' : 'about '}
        {plural(cleanup.matched, 'run')} deleted, {formatBytes(cleanup.bytes)} freed
        {!over && rate !== null && `, ${formatNumber(Math.round(rate))} a second`}
        {cleanup.startedAt && <Elapsed from={cleanup.startedAt} to={cleanup.finishedAt} />}
      </p>
      {cleanup.failure && <Notice kind="error" title={cleanup.failure} />}
      <ErrorNotice error={error} what="Cancelling" />
      {!over && (
        <p class="cleanup-row-actions">
          <Button busy={busy} onClick={() => send({ input: { id: cleanup.id } })}>
            Cancel
          </Button>
          <span class="secondary">You may leave this page. What is deleted stays deleted.</span>
        </p>
      )}
    </div>
  );
}

function Elapsed({ from, to }: { from: string; to: string | null }) {
  const now = useNow(Date.parse(from));
  return <>, in {formatElapsed((to === null ? now : Date.parse(to)) - Date.parse(from))}</>;
}

/** Runs deleted per second, over the last five seconds; null before anything was deleted. */
function useRate(deleted: number): number | null {
  const samples = useRef<{ at: number; deleted: number }[]>([]);
  const now = Date.now();
  const known = samples.current;
  if (known[known.length - 1]?.deleted !== deleted) known.push({ at: now, deleted });
  while (known.length > 2 && known[0]!.at < now - 5_000) known.shift();
  const [first] = known;
  const last = known[known.length - 1];
  return first && last && last.at > first.at ? ((last.deleted - first.deleted) / (last.at - first.at)) * 1000 : null;
}
