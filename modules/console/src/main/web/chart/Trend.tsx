import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './trend.css';

export interface Series {
  readonly label: string;
  /** Name of a token, such as `--failed`. */
  readonly colour: string;
  /** A figure for each interval; null where there is none. */
  readonly values: readonly (number | null)[];
  readonly dashed?: boolean;
}

interface Props {
  readonly title: string;
  /** Starts of the intervals in seconds, as uPlot has them. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** `bars` stand on each other, the first at the bottom. */
  readonly kind: 'bars' | 'lines';
  readonly format: (value: number) => string;
  /** Upper end of the axis; that of the figures if absent. */
  readonly max?: number;
  /** Intervals that are not over, or of which only a part is in the range: they are hatched. */
  readonly incomplete: readonly boolean[];
  /** Charts with the same key move their cursors together. */
  readonly group: string;
  readonly onPick: (index: number) => void;
}

const HEIGHT = 140;

/** A chart of figures by UTC interval. A click picks an interval. Its figures must also be in a table nearby. */
export function Trend({ title, times, series, kind, format, max, incomplete, group, onPick }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const theme = useTheme();
  const [at, setAt] = useState<number | null>(null);

  useLayoutEffect(() => {
    const root = box.current!;
    const colour = (name: string) => getComputedStyle(root).getPropertyValue(name).trim();
    const resolved = (name: string) => resolve(root, name);
    const step = times.length > 1 ? times[1]! - times[0]! : 86_400;
    const axis = {
      stroke: resolved('--ink-3'),
      font: `11px ${colour('--font') || 'system-ui, sans-serif'}`,
      grid: { stroke: resolved('--line'), width: 1 },
      ticks: { show: false },
    };
    const values = kind === 'bars' ? stacked(series) : series.map(({ values }) => [...values]);
    // Later series are drawn over earlier ones, so the tallest comes first.
    const order = kind === 'bars' ? series.map((_, index) => series.length - 1 - index) : series.map((_, i) => i);
    const options: uPlot.Options = {
      width: Math.max(120, root.clientWidth),
      height: HEIGHT,
      tzDate: time => uPlot.tzDate(new Date(time * 1000), 'UTC'),
      legend: { show: false },
      padding: [8, 8, 0, 0],
      cursor: {
        sync: { key: group, setSeries: false },
        drag: { x: false, y: false },
        // Not `true`: uPlot then takes it for the element of a point.
        ...(kind === 'bars' ? { points: { show: false } } : {}),
        y: false,
      },
      scales: {
        x: { time: true, range: () => [times[0]! - step / 2, times[times.length - 1]! + step / 2] },
        y: { range: (_, __, high) => [0, max ?? Math.max(1, high ?? 1) * 1.08] },
      },
      axes: [
        { ...axis, size: 24, grid: { show: false }, values: DATES },
        { ...axis, size: 64, values: (_, ticks) => ticks.map(format) },
      ],
      series: [
        {},
        ...order.map(index => {
          const one = series[index]!;
          const stroke = resolved(one.colour);
          return kind === 'bars'
            ? {
                label: one.label,
                fill: stroke,
                width: 0,
                paths: uPlot.paths.bars!({ size: [0.8, 40], gap: 1 }),
                points: { show: false },
              }
            : {
                label: one.label,
                stroke,
                width: 1.5,
                spanGaps: true,
                points: { size: 4 },
                ...(one.dashed ? { dash: [4, 3] } : {}),
              };
        }),
      ],
      hooks: {
        drawClear: [chart => hatch(chart, times, step, incomplete, resolved('--line'))],
        setCursor: [chart => setAt(chart.cursor.idx ?? null)],
        ready: [
          chart => {
            chart.over.addEventListener('click', () => {
              const index = chart.cursor.idx;
              if (index != null) pick.current(index);
            });
          },
        ],
      },
    };
    const chart = new uPlot(
      options,
      [[...times], ...order.map(index => values[index]!)] as unknown as uPlot.AlignedData,
      root,
    );
    plot.current = chart;
    const resize = new ResizeObserver(() => chart.setSize({ width: Math.max(120, root.clientWidth), height: HEIGHT }));
    resize.observe(root);
    return () => {
      resize.disconnect();
      chart.destroy();
    };
  }, [times, series, kind, format, max, group, theme]);

  return (
    <figure class="trend">
      <figcaption class="trend-head">
        <h3>{title}</h3>
        <ul class="trend-legend">
          {series.map(one => (
            <li key={one.label}>
              <span class={`trend-key${one.dashed ? ' is-dashed' : ''}`} style={{ '--colour': `var(${one.colour})` }} />
              {one.label}
              {at !== null && <span class="figure">{value(one.values[at], format)}</span>}
            </li>
          ))}
        </ul>
      </figcaption>
      <div class="trend-plot" ref={box} aria-hidden="true" />
    </figure>
  );
}

const DATES: uPlot.Axis.Values = [
  [86_400 * 28, '{D} {MMM} {YYYY}', null, null, null, null, null, null, 1],
  [86_400, '{D} {MMM}', null, null, null, null, null, null, 1],
  [3_600, '{D} {MMM}', null, null, null, null, null, null, 1],
] as uPlot.Axis.Values;

function value(figure: number | null | undefined, format: (value: number) => string): string {
  return figure == null ? '–' : format(figure);
}

/** Each series on top of those before it. */
function stacked(series: readonly Series[]): number[][] {
  const sums: number[] = [];
  return series.map(({ values }) =>
    values.map((figure, index) => {
      sums[index] = (sums[index] ?? 0) + (figure ?? 0);
      return sums[index];
    }),
  );
}

function hatch(chart: uPlot, times: readonly number[], step: number, incomplete: readonly boolean[], stroke: string) {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = devicePixelRatio;
  incomplete.forEach((isIncomplete, index) => {
    if (!isIncomplete) return;
    const left = chart.valToPos(times[index]! - step / 2, 'x', true);
    const right = chart.valToPos(times[index]! + step / 2, 'x', true);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.beginPath();
    for (let x = left - bbox.height; x < right; x += 6 * devicePixelRatio) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  });
  ctx.restore();
}

/** A token as a colour that a canvas understands, which `light-dark()` is not. */
function resolve(root: HTMLElement, token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  root.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Changes when the colours do. */
function useTheme(): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const changed = () => setVersion(count => count + 1);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', changed);
    return () => {
      observer.disconnect();
      scheme.removeEventListener('change', changed);
    };
  }, []);
  return version;
}
