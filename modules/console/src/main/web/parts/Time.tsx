import { useStore } from '../api/store';
import { useNow, zone } from '../app/clock';
import { formatDate, formatExact, formatRelative } from '../text/time';

/** A time: "3 min ago", with the exact time and zone as a tooltip. */
export function Time({ at, missing = '–' }: { at: string | null | undefined; missing?: string }) {
  return at ? <Relative at={at} /> : <span class="muted">{missing}</span>;
}

function Relative({ at }: { at: string }) {
  const millis = Date.parse(at);
  const now = useNow(millis);
  const shownZone = useStore(zone);
  return (
    <time dateTime={at} title={formatExact(millis, shownZone)}>
      {formatRelative(millis, now, shownZone)}
    </time>
  );
}

/** A date, and how long ago it was while that says more than the date. */
export function DateTimeAgo({ at }: { at: string }) {
  const millis = Date.parse(at);
  const now = useNow(millis);
  const shownZone = useStore(zone);
  return (
    <>
      <DateTime at={at} />
      {formatRelative(millis, now, shownZone) !== formatDate(millis, shownZone, now) && (
        <span class="muted">
          <Time at={at} />
        </span>
      )}
    </>
  );
}

/** A time as a date: "21 Nov, 02:00", with the exact time and zone as a tooltip. */
export function DateTime({ at }: { at: string }) {
  const millis = Date.parse(at);
  const shownZone = useStore(zone);
  return (
    <time dateTime={at} title={formatExact(millis, shownZone)}>
      {formatDate(millis, shownZone)}
    </time>
  );
}
