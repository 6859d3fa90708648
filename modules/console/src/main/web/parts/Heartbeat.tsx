import { useNow } from '../app/clock';
import { formatDuration, formatElapsed } from '../text/duration';
import { Icon } from './Icon';
import './heartbeat.css';

/** When the next heartbeat is due, or by how much it is late. */
export function Heartbeat({ deadline }: { deadline: string | null }) {
  return deadline ? <Due deadline={deadline} /> : <span class="muted">none expected</span>;
}

function Due({ deadline }: { deadline: string }) {
  const left = Date.parse(deadline) - useNow();
  if (left >= 0) return <span class="secondary">due in {formatElapsed(left)}</span>;
  return (
    <span class="heartbeat-late">
      <Icon name="clock" size={12} /> late by {left > -1000 ? '1 s' : formatDuration(Math.floor(-left / 1000) * 1000)}
    </span>
  );
}
