import './sparkline.css';

interface Props {
  /** Runs and failures of one interval after the other. */
  readonly points: readonly { readonly runs: number; readonly failures: number }[];
  /** In words, for screen readers and as a tooltip. */
  readonly label: string;
}

const HEIGHT = 24;

/** Runs as an area, failures as marks at its foot. */
export function Sparkline({ points, label }: Props) {
  const max = Math.max(1, ...points.map(point => point.runs));
  const y = (runs: number) => HEIGHT - 5 - (runs / max) * (HEIGHT - 6);
  const last = points.length - 1;
  const line = points.map(({ runs }, x) => `${x} ${y(runs).toFixed(2)}`).join('L');
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${Math.max(1, last)} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {last > 0 && (
        <>
          <path class="sparkline-area" d={`M0 ${HEIGHT - 5}L${line}L${last} ${HEIGHT - 5}Z`} />
          <path class="sparkline-line" d={`M${line}`} />
          <path
            class="sparkline-failures"
            d={points.map(({ failures }, x) => (failures ? `M${x} ${HEIGHT - 4}V${HEIGHT}` : '')).join('')}
          />
        </>
      )}
    </svg>
  );
}
