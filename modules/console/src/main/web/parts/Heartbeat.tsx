import { useStore } from '../api/store';
import { useNow, zone } from '../app/clock';
import { formatDuration, formatElapsed } from '../text/duration';
import { formatExact } from '../text/time';
import { Icon } from './Icon';
import './heartbeat.css';

/** When the next heartbeat is due, or by how much it is late. The API does not say when the last one came. */
export function Heartbeat({ deadline }: { deadline: string | null }) {
  return deadline ? <Due deadline={deadline} /> : <span class="muted">none expected</span>;
}

function Due({ deadline }: { deadline: string }) {
  const at = Date.parse(deadline);
  const left = at - useNow();
  const title = `Due ${formatExact(at, useStore(zone))}`;
  if (left >= 0) {
    return (
      <span class="secondary" title={title}>
        due in {formatElapsed(left)}
      </span>
    );
  }
  return (
    <span class="heartbeat-late" title={title}>
      <Icon name="clock" size={12} /> late by {left > -1000 ? '1 s' : formatDuration(Math.floor(-left / 1000) * 1000)}
    </span>
  );
}
