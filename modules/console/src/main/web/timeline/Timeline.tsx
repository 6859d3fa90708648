import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useStore } from '../api/store';
import { zone } from '../app/clock';
import { useKeys } from '../app/keys';
import { Button } from '../parts/Button';
import { ToggleChip } from '../parts/Chips';
import { Recorded } from '../parts/Recorded';
import { StatusGlyph, statusWord } from '../parts/Status';
import { formatDuration } from '../text/duration';
import { formatNumber } from '../text/number';
import { formatExact } from '../text/time';
import { Axis } from './Axis';
import { ancestors, arrange, rows as layOut, matching, type Row, type StepOutline } from './layout';
import { paint } from './paint';
import { useColours } from './useColours';
import { useVisible } from './useVisible';
import { pan, type Range, ticks, wholeRange, zoom } from './view';
import './timeline.css';

const ROW_HEIGHT = 26;
const INDENT_MAX = 10;
const CLOCK_MILLIS = 250;

export interface TimelineProps {
  steps: readonly StepOutline[];
  /** Start and end of the run, in milliseconds since 1970; the end is null while it runs. */
  range: readonly [start: number, end: number | null];
  /** Index of the chosen step. */
  selected: number | null;
  onSelect: (index: number) => void;
  /** The visible part of the range; null for the whole. */
  view: Range | null;
  onView: (view: Range | null) => void;
}

/** Steps as a tree, with their bars on a common axis. Only what is in sight is in the document or drawn. */
export function Timeline({ steps, range: [start, end], selected, onSelect, view, onView }: TimelineProps) {
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
  const [needle, setNeedle] = useState('');
  const [onlyFailed, setOnlyFailed] = useState(false);
  const tree = useMemo(() => arrange(steps), [steps]);
  const failed = useMemo(() => steps.reduce((sum, step) => sum + (step.status === 'FAILED' ? 1 : 0), 0), [steps]);
  const kept = useMemo(() => {
    if (!needle && !(onlyFailed && failed)) return undefined;
    const wanted = needle.toLowerCase();
    return matching(
      tree,
      step =>
        (!onlyFailed || step.status === 'FAILED') &&
        (step.name.toLowerCase().includes(wanted) ||
          String(step.index) === wanted ||
          !!step.kind?.toLowerCase().includes(wanted)),
    );
  }, [tree, needle, onlyFailed, failed]);
  const all = useMemo(() => layOut(tree, new Set(), start), [tree, start]);
  const rows = useMemo(
    () => (closed.size || kept ? layOut(tree, kept ? new Set() : closed, start, kept) : all),
    [tree, closed, kept, all],
  );
  const clock = useFastNow(end === null);
  // Bars of steps without an end stop where the run did.
  const now = end ?? clock;
  const whole = useMemo(() => wholeRange(start, end, all, now), [start, end, all, now]);
  const shown = view ?? whole;

  const { ref, first, last, width, height, onScroll, reveal } = useVisible<HTMLDivElement>(rows.length, ROW_HEIGHT);
  const namesWidth = Math.round(Math.min(440, Math.max(150, width * 0.38)));
  const chartWidth = Math.max(0, width - namesWidth);
  const marks = ticks(shown, start, chartWidth);
  const palette = useColours(ref);
  const canvas = useRef<HTMLCanvasElement>(null);
  const id = useId();
  const at = rows.findIndex(row => row.step.index === selected);

  useLayoutEffect(() => {
    if (canvas.current && palette && ref.current) {
      const scrollTop = ref.current.scrollTop;
      paint(canvas.current, chartWidth, height, {
        rows,
        first,
        last,
        rowHeight: ROW_HEIGHT,
        scrollTop,
        view: shown,
        ticks: marks,
        now,
        colours: palette,
      });
    }
  });

  // A chosen step may be inside closed ones.
  useEffect(() => {
    if (selected === null) return;
    const hiding = ancestors(tree, selected).filter(index => closed.has(index));
    if (hiding.length) setClosed(new Set([...closed].filter(index => !hiding.includes(index))));
  }, [selected]);
  useEffect(() => {
    if (at >= 0) reveal(at);
  }, [at >= 0, selected]);

  useEffect(() => {
    const element = ref.current;
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const box = element?.getBoundingClientRect();
        const share = box ? (event.clientX - box.left - namesWidth) / Math.max(1, chartWidth) : 0.5;
        const around = shown.from + (shown.to - shown.from) * Math.min(1, Math.max(0, share));
        change(zoom(shown, whole, event.deltaY > 0 ? 1.25 : 0.8, around));
      } else if (view && Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        change(pan(shown, whole, event.deltaX / Math.max(1, chartWidth)));
      }
    };
    // Not passive: the page must not zoom as well.
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  });

  function change(next: Range) {
    onView(next.from <= whole.from && next.to >= whole.to ? null : next);
  }
  function zoomBy(factor: number) {
    const row = rows[at];
    const middle = row ? (row.from + (row.to ?? now)) / 2 : Number.NaN;
    const isInSight = middle >= shown.from && middle <= shown.to;
    change(zoom(shown, whole, factor, isInSight ? middle : (shown.from + shown.to) / 2));
  }
  function zoomTo(row: Row | undefined) {
    if (!row) return;
    const length = Math.max(2, (row.to ?? now) - row.from);
    change(zoom({ from: row.from - length * 0.1, to: row.from + length * 1.1 }, whole, 1, row.from));
  }
  function go(to: number) {
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (row) onSelect(row.step.index);
  }
  /** Without a chosen step, keys start with the first row in sight. */
  function move(by: number) {
    go(at < 0 ? Math.ceil((ref.current?.scrollTop ?? 0) / ROW_HEIGHT) : at + by);
  }
  function goToFailed(step: 1 | -1) {
    const matches = rows.flatMap((row, position) => (row.step.status === 'FAILED' ? [position] : []));
    if (!matches.length) return;
    const next = step > 0 ? matches.find(position => position > at) : matches.filter(position => position < at).at(-1);
    go(next ?? (matches.at(step > 0 ? 0 : -1) as number));
  }
  function toggle(row: Row | undefined, open: boolean) {
    if (!row?.children || row.open === open) return;
    const next = new Set(closed);
    open ? next.delete(row.step.index) : next.add(row.step.index);
    setClosed(next);
    if (!open && selected !== null && ancestors(tree, selected).includes(row.step.index)) onSelect(row.step.index);
  }

  useKeys('Steps', [
    { key: 'j', label: 'Next step', run: () => move(1) },
    { key: 'k', label: 'Previous step', run: () => move(-1) },
    { key: 'e', label: 'Next failed step', run: () => goToFailed(1) },
    { key: 'E', label: 'Previous failed step', run: () => goToFailed(-1) },
    { key: '+', label: 'Zoom in', run: () => zoomBy(0.5) },
    { key: '-', label: 'Zoom out', run: () => zoomBy(2) },
    { key: 'z', label: 'Zoom to the step', run: () => zoomTo(rows[at]) },
    { key: '0', label: 'Show the whole run', run: () => onView(null) },
  ]);

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[at];
    const page = Math.max(1, Math.floor(height / ROW_HEIGHT) - 1);
    const actions: Record<string, () => void> = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      PageDown: () => move(page),
      PageUp: () => move(-page),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => {
        if (event.shiftKey) change(pan(shown, whole, 0.2));
        else if (row?.open) go(at + 1);
        else toggle(row, true);
      },
      ArrowLeft: () => {
        if (event.shiftKey) change(pan(shown, whole, -0.2));
        else if (row?.open) toggle(row, false);
        else if (row?.parent !== null && row) onSelect(row.parent);
      },
      ' ': () => toggle(row, !row?.open),
      Enter: () => toggle(row, !row?.open),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  return (
    <div class="timeline" style={{ '--names': `${namesWidth}px` }}>
      <div class="timeline-tools">
        <input
          class="input"
          type="search"
          placeholder="Find a step"
          aria-label="Find a step by name, kind or number"
          value={needle}
          onInput={event => setNeedle(event.currentTarget.value)}
          onKeyDown={event => {
            if (event.key === 'Enter')
              go(
                Math.max(
                  0,
                  rows.findIndex(row => row.step.name.toLowerCase().includes(needle.toLowerCase())),
                ),
              );
          }}
        />
        {failed > 0 && (
          <ToggleChip pressed={onlyFailed} onClick={() => setOnlyFailed(!onlyFailed)}>
            <StatusGlyph status="FAILED" size={12} /> {formatNumber(failed)} failed
          </ToggleChip>
        )}
        <span class="timeline-gap" />
        <Button label="Zoom out (-)" unavailable={view ? null : 'The whole run is shown.'} onClick={() => zoomBy(2)}>
          −
        </Button>
        <Button label="Zoom in (+)" onClick={() => zoomBy(0.5)}>
          +
        </Button>
        <Button unavailable={view ? null : 'The whole run is shown.'} onClick={() => onView(null)}>
          Whole run
        </Button>
      </div>
      <Axis
        rows={all}
        whole={whole}
        view={shown}
        marks={marks}
        width={chartWidth}
        now={now}
        colours={palette}
        onView={change}
      />
      <div class="timeline-frame">
        <div
          ref={ref}
          class="timeline-body"
          role="tree"
          tabIndex={0}
          aria-label="Steps"
          aria-activedescendant={at >= first && at < last ? `${id}-${selected}` : undefined}
          onScroll={onScroll}
          onKeyDown={onKeyDown}
        >
          <div role="none" style={{ height: `${rows.length * ROW_HEIGHT}px` }}>
            {rows.slice(first, last).map((row, offset) => (
              <StepRow
                key={row.step.index}
                id={`${id}-${row.step.index}`}
                row={row}
                top={(first + offset) * ROW_HEIGHT}
                start={start}
                now={row.to === null ? now : 0}
                isSelected={row.step.index === selected}
                onSelect={() => onSelect(row.step.index)}
                onToggle={() => toggle(row, !row.open)}
                onZoom={() => zoomTo(row)}
              />
            ))}
          </div>
        </div>
        <canvas ref={canvas} class="timeline-bars" style={{ width: `${chartWidth}px`, height: `${height}px` }} />
      </div>
      {rows.length === 0 && <p class="timeline-none">No step matches.</p>}
    </div>
  );
}

interface StepRowProps {
  id: string;
  row: Row;
  top: number;
  start: number;
  now: number;
  isSelected: boolean;
  onSelect: () => void;
  onToggle: () => void;
  onZoom: () => void;
}

function StepRow({ id, row, top, start, now, isSelected, onSelect, onToggle, onZoom }: StepRowProps) {
  const { step, depth, children, open } = row;
  const zoneName = useStore(zone);
  const millis = step.durationMillis ?? (row.to === null ? Math.max(0, now - row.from) : null);
  const duration = millis === null ? '' : formatDuration(millis);
  const startText = step.startedAt
    ? `Started ${formatDuration(row.from - start)} into the run, ${formatExact(row.from, zoneName)}`
    : 'The start was not recorded';
  return (
    <div
      id={id}
      class={`timeline-row${isSelected ? ' is-selected' : ''}`}
      role="treeitem"
      aria-level={depth + 1}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-selected={isSelected}
      aria-expanded={children ? open : undefined}
      title={startText}
      style={{ top: `${top}px` }}
      onClick={onSelect}
      onDblClick={onZoom}
    >
      <span class="timeline-name" style={{ paddingInlineStart: `${4 + Math.min(depth, INDENT_MAX) * 14}px` }}>
        {depth > INDENT_MAX && <span class="timeline-depth">{depth}</span>}
        <span
          class={`timeline-twist${children ? (open ? ' is-open' : ' is-closed') : ''}`}
          onClick={event => {
            event.stopPropagation();
            onToggle();
          }}
        />
        <StatusGlyph status={step.status} />
        <Recorded class="timeline-text" text={step.name} />
        {step.attempt > 1 && <span class="timeline-attempt">attempt {step.attempt}</span>}
        <span class="visually-hidden">, {statusWord(step.status).toLowerCase()},</span>
        {!open && children > 0 && <span class="timeline-attempt">{children} inside</span>}
        <span class="timeline-duration">{duration}</span>
      </span>
    </div>
  );
}

/** The current time, four times a second while something runs and the page is visible. */
function useFastNow(isRunning: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, CLOCK_MILLIS);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
