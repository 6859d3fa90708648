import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { formatDuration } from '../text/duration';
import type { Row } from './layout';
import { type Colours, paintOverview } from './paint';
import { between, type Range } from './view';

const OVERVIEW_HEIGHT = 28;
const CLICK_PIXELS = 4;

interface AxisProps {
  rows: readonly Row[];
  whole: Range;
  view: Range;
  marks: readonly { at: number; millis: number }[];
  width: number;
  now: number;
  colours: Colours | null;
  onView: (view: Range) => void;
}

/** The whole run in small, and the axis of the visible part. Dragging over either shows that range. */
export function Axis({ rows, whole, view, marks, width, now, colours, onView }: AxisProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isRunning = rows.some(row => row.to === null);
  useLayoutEffect(() => {
    if (canvas.current && colours)
      paintOverview(canvas.current, width, OVERVIEW_HEIGHT, { rows, view: whole, now, colours });
  }, [rows, whole, width, colours, isRunning ? now : 0]);
  const isZoomed = view.from > whole.from || view.to < whole.to;
  const pixels = width / (whole.to - whole.from);
  const from = (view.from - whole.from) * pixels;
  const to = (view.to - whole.from) * pixels;
  return (
    <div class="timeline-axis" aria-hidden="true" style={{ width: `${width}px` }}>
      <Drag range={whole} width={width} whole={whole} onView={onView}>
        <canvas
          ref={canvas}
          class="timeline-overview"
          style={{ width: `${width}px`, height: `${OVERVIEW_HEIGHT}px` }}
        />
        {isZoomed && (
          <>
            <span class="timeline-outside" style={{ left: '0', width: `${from}px` }} />
            <span class="timeline-outside" style={{ left: `${to}px`, right: '0' }} />
          </>
        )}
      </Drag>
      <Drag range={view} width={width} whole={whole} onView={onView}>
        <div class="timeline-ticks">
          {marks.map(({ at, millis }) => (
            <span key={millis} class={at > width - 48 ? 'is-last' : ''} style={{ left: `${at}px` }}>
              {millis === 0 ? '0' : formatDuration(millis)}
            </span>
          ))}
        </div>
      </Drag>
    </div>
  );
}

interface DragProps {
  range: Range;
  whole: Range;
  width: number;
  onView: (view: Range) => void;
  children: preact.ComponentChildren;
}

function Drag({ range, whole, width, onView, children }: DragProps) {
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const place = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return Math.min(width, Math.max(0, event.clientX - box.left));
  };
  const time = (x: number) => range.from + (x / Math.max(1, width)) * (range.to - range.from);
  return (
    <div
      class="timeline-drag"
      onPointerDown={event => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: place(event), to: place(event) });
      }}
      onPointerMove={event => drag && setDrag({ from: drag.from, to: place(event) })}
      onPointerUp={() => {
        if (drag && Math.abs(drag.to - drag.from) >= CLICK_PIXELS)
          onView(between(time(drag.from), time(drag.to), whole));
        setDrag(null);
      }}
      onPointerCancel={() => setDrag(null)}
    >
      {children}
      {drag && Math.abs(drag.to - drag.from) >= CLICK_PIXELS && (
        <span
          class="timeline-brush"
          style={{ left: `${Math.min(drag.from, drag.to)}px`, width: `${Math.abs(drag.to - drag.from)}px` }}
        />
      )}
    </div>
  );
}
