import { useNow } from '../app/clock';
import { formatDuration, formatElapsed } from '../text/duration';
import { Bar } from './Bar';
import './duration.css';

interface DurationProps {
  /** Milliseconds from start to finish; null while it runs. */
  millis: number | null | undefined;
  /** Start of a run that has not finished: the duration counts. */
  since?: string | null | undefined;
  /** p95 of the workflow's durations: draws a bar relative to it. */
  p95?: number | null | undefined;
}

/** A duration, which counts while it runs. */
export function Duration({ millis, since, p95 }: DurationProps) {
  if (millis != null) return <Figure millis={millis} text={formatDuration(millis)} p95={p95} />;
  if (since) return <Elapsed since={since} p95={p95} />;
  return <span class="duration muted">–</span>;
}

function Elapsed({ since, p95 }: { since: string; p95?: number | null | undefined }) {
  const elapsed = useNow(Date.parse(since)) - Date.parse(since);
  return <Figure millis={elapsed} text={formatElapsed(elapsed)} p95={p95} />;
}

function Figure({ millis, text, p95 }: { millis: number; text: string; p95?: number | null | undefined }) {
  if (!p95) return <span class="duration">{text}</span>;
  const factor = millis / p95;
  const title =
    factor > 1.05
      ? `${factor.toFixed(1)} times this workflow's p95 of ${formatDuration(p95)}`
      : `This workflow's p95 is ${formatDuration(p95)}`;
  return (
    <span class="duration" title={title}>
      <Bar share={factor} />
      {text}
    </span>
  );
}
