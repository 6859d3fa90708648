import { useEffect } from 'preact/hooks';
import { follow } from '../api/live';
import { Link, paths } from '../app/navigate';
import { useAsk } from '../app/useAsk';
import { Duration } from '../parts/Duration';
import { ErrorNotice, Notice } from '../parts/Notice';
import { Recorded } from '../parts/Recorded';
import { Status } from '../parts/Status';
import { Time } from '../parts/Time';
import { firstLine } from '../text/visible';
import { RUNS_LIVE, WORKFLOW_RUNS } from './operations';

/** While runs come, they are read again at most this often, and the statistics less often. */
const LIVE_PAUSE_MILLIS = 2_000;
const STATISTICS_PAUSE_MILLIS = 10_000;

interface LastRunsProps {
  /** ID of the workflow. */
  id: string;
  /** Called after runs have changed: at most every 10 s, and always after the last change. */
  onChange: () => void;
}

/** The newest runs of a workflow, live. */
export function LastRuns({ id, onChange }: LastRunsProps) {
  const asked = useAsk(WORKFLOW_RUNS, { id });
  const { again } = asked;
  useEffect(() => {
    let runsTimer: ReturnType<typeof setTimeout> | undefined;
    let statisticsTimer: ReturnType<typeof setTimeout> | undefined;
    let countedAt = Date.now();
    const soon = () => {
      runsTimer ??= setTimeout(() => {
        runsTimer = undefined;
        again();
      }, LIVE_PAUSE_MILLIS);
      statisticsTimer ??= setTimeout(
        () => {
          statisticsTimer = undefined;
          countedAt = Date.now();
          onChange();
        },
        Math.max(LIVE_PAUSE_MILLIS, countedAt + STATISTICS_PAUSE_MILLIS - Date.now()),
      );
    };
    const stop = follow(
      RUNS_LIVE,
      { filter: { workflowIds: [id] } },
      {
        events(batch) {
          if (batch.some(({ executionChanges }) => executionChanges.kind !== 'SYNCED')) soon();
        },
        reset: soon,
      },
    );
    return () => {
      clearTimeout(runsTimer);
      clearTimeout(statisticsTimer);
      stop();
    };
  }, [id, again, onChange]);

  const runs = asked.data?.executions?.nodes;
  return (
    <section class="workflow-panel" aria-labelledby="last-runs">
      <div class="workflow-panel-head">
        <h2 id="last-runs">Last runs</h2>
        <Link to={paths.runs(`workflow=${id}`)}>All runs of this workflow</Link>
      </div>
      <ErrorNotice error={asked.error ?? asked.fieldErrors[0]} again={asked.again} what="The list of runs" />
      {runs?.length === 0 && <Notice>No runs of this workflow are stored.</Notice>}
      {runs && runs.length > 0 && (
        <div class="workflow-table" tabIndex={0} role="region" aria-label="Table of the last runs">
          <table class="rows">
            <thead>
              <tr>
                <th scope="col">Status</th>
                <th scope="col">Start</th>
                <th scope="col" class="figure">
                  Duration
                </th>
                <th scope="col">Trigger</th>
                <th scope="col">Error</th>
              </tr>
            </thead>
            <tbody>
              {runs.map(run => (
                <tr key={run.id}>
                  <td>
                    <Link to={paths.run(run.id)}>
                      <Status status={run.status} />
                    </Link>
                  </td>
                  <td>
                    <Time at={run.startedAt ?? run.queuedAt} />
                  </td>
                  <td class="figure">
                    <Duration millis={run.durationMillis} since={run.status === 'RUNNING' ? run.startedAt : null} />
                  </td>
                  <td>{run.trigger && <Recorded text={run.trigger} />}</td>
                  <td class="wide">
                    {run.error && <Recorded text={firstLine(run.error.message ?? run.error.type ?? '')} />}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
