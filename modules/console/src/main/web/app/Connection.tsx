import type { ComponentChildren } from 'preact';
import { link, retryNow } from '../api/live';
import { unreachableSince } from '../api/request';
import { useStore } from '../api/store';
import { Button } from '../parts/Button';
import { formatClock } from '../text/time';
import { useNow, zone } from './clock';
import { lastRead } from './freshness';

/** Short interruptions are silent. */
const SILENT_MILLIS = 1_000;
/** Once the server answers, the live connection is usually back at once. */
const ANSWERED_SILENT_MILLIS = 5_000;

/** One line below the header while the server cannot be reached, or does not send changes. */
export function Connection() {
  const { state, since: linkSince, answeredSince } = useStore(link);
  const requestSince = useStore(unreachableSince);
  const isAnswered = answeredSince !== null && requestSince === null;
  const since = state === 'offline' ? linkSince : state === 'idle' ? requestSince : null;
  return (
    <div class="connection" role="status">
      {isAnswered ? (
        <Outage since={answeredSince + ANSWERED_SILENT_MILLIS}>
          <strong>Not live.</strong> The server answers, but changes do not arrive.
        </Outage>
      ) : (
        since !== null && (
          <Outage since={since + SILENT_MILLIS}>
            <strong>Offline.</strong> <LastRead />
          </Outage>
        )
      )}
    </div>
  );
}

function LastRead() {
  const read = useStore(lastRead);
  const shownZone = useStore(zone);
  return <>{read !== null && `Showing what was read at ${formatClock(read, shownZone)}.`}</>;
}

function Outage({ since, children }: { since: number; children: ComponentChildren }) {
  const now = useNow();
  const { retryAt } = useStore(link);
  if (now < since) return null;
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000);
  return (
    <>
      <span>
        {children} {/* Hidden from screen readers, which would read out each second. */}
        <span aria-hidden="true">{seconds > 0 ? `Trying again in ${seconds} s.` : 'Connecting…'}</span>
      </span>
      <Button kind="quiet" onClick={retryNow}>
        Try now
      </Button>
    </>
  );
}
