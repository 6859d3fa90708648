import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Bucket, describe, labelled, outlines, timeFormat } from './bars';
import { type Brush, bucketAt, moveByKey, range } from './brush';
import './histogram.css';

interface Props {
  readonly buckets: readonly Bucket[];
  /** A range that is highlighted. */
  readonly selection?: { readonly from: string; readonly to: string } | null;
  readonly onSelect: (from: string, to: string) => void;
  /** Newer figures are being read. */
  readonly stale?: boolean;
  /** An IANA time zone; that of the browser by default. */
  readonly zone?: string;
}

/** Runs by start and status. Drag over bars, or use the arrow keys, Shift and Enter, to choose a range of time. */
export function Histogram({ buckets, selection, onSelect, stale, zone }: Props) {
  const [brush, setBrush] = useState<Brush | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const dragging = useRef(false);
  const bars = useMemo(() => outlines(buckets), [buckets]);
  const count = buckets.length;
  const first = buckets[0];
  const last = buckets[count - 1];

  // Other buckets: the indexes mean something else.
  const axis = `${first?.from} ${last?.to} ${count}`;
  useEffect(() => {
    dragging.current = false;
    setBrush(null);
    setPointed(null);
  }, [axis]);

  if (!first || !last) return <div class="histogram" />;
  const time = timeFormat(first.from, last.to, zone);

  const apply = (chosen: Brush) => {
    const [low, high] = range(chosen);
    setBrush(null);
    onSelect(buckets[low]!.from, buckets[high]!.to);
  };
  const at = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return bucketAt(event.clientX - box.left, box.width, count);
  };
  const read = brush ? range(brush) : pointed === null ? null : ([pointed, pointed] as const);
  const words = ([low, high]: readonly [number, number]) =>
    `${time(buckets[low]!.from)} to ${time(buckets[high]!.to)}, ${describe(buckets.slice(low, high + 1))}`;

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && brush) {
      event.stopPropagation();
      setBrush(null);
    } else if ((event.key === 'Enter' || event.key === ' ') && brush) {
      event.preventDefault();
      apply(brush);
    } else {
      const next = moveByKey(brush, event.key, event.shiftKey, count);
      if (!next) return;
      event.preventDefault();
      setBrush(next);
    }
  };

  return (
    <div class={stale ? 'histogram stale' : 'histogram'}>
      <div
        class="histogram-plot"
        role="slider"
        tabIndex={0}
        aria-label="Runs by time of start. Arrow keys choose a bar, Shift and an arrow key several, Enter shows their runs."
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={count - 1}
        aria-valuenow={brush?.head ?? count - 1}
        aria-valuetext={words(brush ? range(brush) : [0, count - 1])}
        onKeyDown={onKeyDown}
        onBlur={() => setBrush(null)}
        onPointerDown={event => {
          if (event.button !== 0) return;
          (event.currentTarget as Element).setPointerCapture(event.pointerId);
          dragging.current = true;
          setBrush({ anchor: at(event), head: at(event) });
        }}
        onPointerMove={event => {
          const index = at(event);
          setPointed(index);
          if (dragging.current) setBrush(old => ({ anchor: old?.anchor ?? index, head: index }));
        }}
        onPointerUp={event => {
          if (!dragging.current) return;
          dragging.current = false;
          apply({ anchor: brush?.anchor ?? at(event), head: at(event) });
        }}
        onPointerCancel={() => {
          dragging.current = false;
          setBrush(null);
        }}
        onPointerLeave={() => setPointed(null)}
      >
        <svg viewBox={`0 0 ${count} 1`} preserveAspectRatio="none" aria-hidden="true">
          {selection && <Band buckets={buckets} from={selection.from} to={selection.to} />}
          {bars.map(({ status, path }) => (
            <path key={status} class={`bar-${status}`} d={path} />
          ))}
          {read && (
            <rect class={brush ? 'brush' : 'pointed'} x={read[0]} width={read[1] - read[0] + 1} y="0" height="1" />
          )}
        </svg>
      </div>
      <div class="histogram-axis" aria-hidden="true">
        {labelled(count, 6).map(index => (
          <span key={index} style={{ left: `${(index / count) * 100}%` }}>
            {time(buckets[index]!.from)}
          </span>
        ))}
      </div>
      {read && (
        <div class={read[0] + read[1] < count ? 'histogram-words at-end' : 'histogram-words'} aria-hidden="true">
          {words(read)}
        </div>
      )}
    </div>
  );
}

/** The part of the axis that a range covers. */
function Band({ buckets, from, to }: { buckets: readonly Bucket[]; from: string; to: string }) {
  const start = Date.parse(buckets[0]!.from);
  const unit = (Date.parse(buckets[buckets.length - 1]!.to) - start) / buckets.length;
  const x = Math.max(0, (Date.parse(from) - start) / unit);
  const end = Math.min(buckets.length, (Date.parse(to) - start) / unit);
  return end > x ? <rect class="selected" x={x} width={end - x} y="0" height="1" /> : null;
}
