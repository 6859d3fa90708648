import { useStore } from '../api/store';
import { useNow, zone } from '../app/clock';
import { formatDuration, formatElapsed } from '../text/duration';
import { formatExact } from '../text/time';
import { Icon } from './Icon';
import './heartbeat.css';

interface HeartbeatProps {
  /** The last heartbeat, or the start before the first one. */
  last: string | null;
  /** When the next one is due. */
  deadline: string | null;
}

/** The age of the last heartbeat, or by how much the next one is late. */
export function Heartbeat({ last, deadline }: HeartbeatProps) {
  return last && deadline ? <Age last={last} deadline={deadline} /> : <span class="muted">none expected</span>;
}

function Age({ last, deadline }: { last: string; deadline: string }) {
  const now = useNow();
  const shownZone = useStore(zone);
  const left = Date.parse(deadline) - now;
  const exact = (time: string) => formatExact(Date.parse(time), shownZone);
  const title = `Last ${exact(last)}\nNext one due ${exact(deadline)}`;
  if (left >= 0) {
    return (
      <span class="secondary" title={title}>
        {formatElapsed(Math.max(0, now - Date.parse(last)))} ago
      </span>
    );
  }
  return (
    <span class="heartbeat-late" title={title}>
      <Icon name="clock" size={12} /> late by {left > -1000 ? '1 s' : formatDuration(Math.floor(-left / 1000) * 1000)}
    </span>
  );
}
