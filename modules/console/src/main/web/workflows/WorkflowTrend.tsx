import { useMemo, useState } from 'preact/hooks';
import type { StatisticsInterval } from '#operations';
import type { Result } from '../api/operation';
import { Link, navigate, paths } from '../app/navigate';
import { type Series, Trend } from '../chart/Trend';
import { Button } from '../parts/Button';
import { formatDuration } from '../text/duration';
import { formatNumber, formatShare, shortNumber } from '../text/number';
import { formatDay } from '../text/time';

type Statistics = NonNullable<NonNullable<Result<'WorkflowDetail'>['workflow']>['statistics']>;
type Interval = Statistics['intervals'][number];

const percent = (share: number) => `${Math.round(share * 100)} %`;

interface Props {
  readonly id: string;
  readonly interval: StatisticsInterval;
  readonly statistics: Statistics;
  readonly stale: boolean;
}

/** Runs, success rate and durations over time, as charts or as a table. */
export function WorkflowTrend({ id, interval, statistics, stale }: Props) {
  const [asTable, setAsTable] = useState(false);
  const { intervals } = statistics;
  const unit = interval === 'WEEK' ? 'week' : 'day';
  return (
    <section class="workflow-panel" aria-labelledby="trend">
      <div class="workflow-panel-head">
        <h2 id="trend">Trend by UTC {unit}</h2>
        <Button aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Show as charts' : 'Show as table'}
        </Button>
      </div>
      <div class={stale ? 'is-stale' : ''}>
        {asTable ? <Table id={id} intervals={intervals} /> : <Charts id={id} intervals={intervals} />}
      </div>
      <p class="secondary">
        {statistics.stored && `${formatNumber(statistics.stored.total)} of these runs are still stored. `}
        {statistics.oldestDay && `The oldest is of ${formatDay(Date.parse(statistics.oldestDay), 'UTC')}. `}
        Statistics include deleted runs.
      </p>
    </section>
  );
}

function Charts({ id, intervals }: { id: string; intervals: readonly Interval[] }) {
  const data = useMemo(() => {
    const of = (value: (interval: Interval) => number | null) => intervals.map(value);
    const runs: Series[] = [
      { label: 'Success', colour: '--success', values: of(({ recorded }) => recorded.success) },
      { label: 'Failed', colour: '--failed', values: of(({ recorded }) => recorded.failed) },
      { label: 'Crashed', colour: '--crashed', values: of(({ recorded }) => recorded.crashed) },
      { label: 'Cancelled', colour: '--cancelled', values: of(({ recorded }) => recorded.cancelled) },
      { label: 'Not ended', colour: '--running', values: of(({ recorded }) => notEnded(recorded)) },
    ].filter(({ values }, index) => index === 0 || values.some(value => value));
    return {
      times: intervals.map(({ from }) => Date.parse(from) / 1000),
      incomplete: intervals.map(({ isComplete }) => !isComplete),
      runs,
      rate: [{ label: 'Success rate', colour: '--success', values: of(({ successRate }) => successRate) }],
      durations: [
        { label: 'p50', colour: '--accent', values: of(({ p50DurationMillis }) => p50DurationMillis) },
        { label: 'p95', colour: '--warn', values: of(({ p95DurationMillis }) => p95DurationMillis), dashed: true },
      ],
    };
  }, [intervals]);

  const shared = {
    times: data.times,
    incomplete: data.incomplete,
    group: `workflow-${id}`,
    onPick: (index: number) => {
      const interval = intervals[index];
      if (interval) navigate(runsOf(id, interval));
    },
  };
  return (
    <div class="workflow-charts">
      <Trend {...shared} title="Runs" kind="bars" series={data.runs} format={shortNumber} />
      <Trend {...shared} title="Success rate" kind="lines" series={data.rate} format={percent} max={1.05} />
      <Trend {...shared} title="Duration" kind="lines" series={data.durations} format={formatDuration} />
      <p class="muted">A click shows the runs of that time. Hatched: not over yet.</p>
    </div>
  );
}

function Table({ id, intervals }: { id: string; intervals: readonly Interval[] }) {
  return (
    <div class="workflow-table" tabIndex={0} role="region" aria-label="Table of the trend">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">From</th>
            {['Runs', 'Success', 'Failed', 'Crashed', 'Cancelled', 'Success rate', 'Mean', 'p50', 'p95', 'p99'].map(
              title => (
                <th key={title} scope="col" class="figure">
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {[...intervals].reverse().map(interval => (
            <tr key={interval.from}>
              <th scope="row">
                <Link to={runsOf(id, interval)}>{formatDay(Date.parse(interval.from), 'UTC')}</Link>
                {!interval.isComplete && ' (not over)'}
              </th>
              {[
                interval.recorded.total,
                interval.recorded.success,
                interval.recorded.failed,
                interval.recorded.crashed,
                interval.recorded.cancelled,
              ].map((count, index) => (
                <td key={index} class="figure">
                  {formatNumber(count)}
                </td>
              ))}
              <td class="figure">{interval.successRate === null ? '–' : formatShare(interval.successRate)}</td>
              {[
                interval.averageDurationMillis,
                interval.p50DurationMillis,
                interval.p95DurationMillis,
                interval.p99DurationMillis,
              ].map((millis, index) => (
                <td key={index} class="figure">
                  {millis === null ? '–' : formatDuration(millis)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function runsOf(id: string, { from, to }: Interval): string {
  return paths.runs(`workflow=${id}&from=${from}&to=${to}`);
}

function notEnded({ total, success, failed, crashed, cancelled }: Interval['recorded']): number {
  return total - success - failed - crashed - cancelled;
}
