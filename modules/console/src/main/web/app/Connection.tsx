import { link, retryNow } from '../api/live';
import { unreachableSince } from '../api/request';
import { useStore } from '../api/store';
import { Button } from '../parts/Button';
import { formatClock } from '../text/time';
import { useNow, zone } from './clock';
import { lastRead } from './freshness';

/** Short interruptions are silent. */
const SILENT_MILLIS = 1_000;

/** One line below the header while the server cannot be reached. */
export function Connection() {
  const { state, since: linkSince } = useStore(link);
  const requestSince = useStore(unreachableSince);
  const since = state === 'offline' ? linkSince : state === 'idle' ? requestSince : null;
  return (
    <div class="connection" role="status">
      {since !== null && <Offline since={since} />}
    </div>
  );
}

function Offline({ since }: { since: number }) {
  const now = useNow();
  const { retryAt } = useStore(link);
  const read = useStore(lastRead);
  const shownZone = useStore(zone);
  if (now - since < SILENT_MILLIS) return null;
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000);
  return (
    <>
      <span>
        <strong>Offline.</strong> {read !== null && `Showing what was read at ${formatClock(read, shownZone)}.`}{' '}
        {/* Hidden from screen readers, which would read out each second. */}
        <span aria-hidden="true">{seconds > 0 ? `Trying again in ${seconds} s.` : 'Connecting…'}</span>
      </span>
      <Button kind="quiet" onClick={retryNow}>
        Try now
      </Button>
    </>
  );
}
