import { useEffect, useMemo, useRef } from 'preact/hooks';
import { follow } from '../api/live';
import { Link, paths, type QueryCodec, useQuery } from '../app/navigate';
import { clear, keepUnknown, ParameterReader, type Unknown } from '../app/unknown';
import { useAsk } from '../app/useAsk';
import { Copy } from '../parts/Copy';
import { Duration } from '../parts/Duration';
import { SelectField } from '../parts/Field';
import { Missing } from '../parts/Missing';
import { ErrorNotice, Notice, Unread } from '../parts/Notice';
import { NotUnderstood } from '../parts/NotUnderstood';
import { Recorded } from '../parts/Recorded';
import { Status } from '../parts/Status';
import { DateTime, Time } from '../parts/Time';
import { readUuid } from '../text/uuid';
import { firstLine } from '../text/visible';
import { DeleteWorkflow } from './DeleteWorkflow';
import { RUNS_LIVE, WORKFLOW_DETAIL, WORKFLOW_RUNS } from './operations';
import { PolicyNote } from './PolicyNote';
import { RANGES, type Range, spanOf } from './ranges';
import { WorkflowTrend } from './WorkflowTrend';
import './workflows.css';

interface WorkflowQuery {
  readonly range: Range;
  readonly unknown: readonly Unknown[];
}

const NAMES = ['range'];

const CODEC: QueryCodec<WorkflowQuery> = {
  read(query) {
    const reader = new ParameterReader(query, NAMES);
    return {
      range: reader.one('range', text => RANGES.find(({ value }) => value === text)?.value ?? null) ?? '30d',
      unknown: reader.unknown(),
    };
  },
  write({ range, unknown }, query) {
    clear(query);
    if (range !== '30d') query.set('range', range);
    keepUnknown(query, NAMES, unknown);
  },
};

/** While runs come, they are read again at most this often, and the statistics less often. */
const LIVE_PAUSE_MILLIS = 2_000;
const STATISTICS_PAUSE_MILLIS = 10_000;

export function WorkflowPage({ id: text }: { id: string }) {
  const id = readUuid(text);
  return id === null ? <MissingWorkflow /> : <OneWorkflow id={id} />;
}

function OneWorkflow({ id }: { id: string }) {
  const [{ range, unknown }, setQuery] = useQuery(CODEC);
  const span = useMemo(() => spanOf(range, Date.now()), [range]);
  const asked = useAsk(WORKFLOW_DETAIL, { id, ...span });
  const workflow = asked.data?.workflow;

  useEffect(() => {
    if (workflow) document.title = `${workflow.name} · Runlog`;
  }, [workflow?.name]);

  if (asked.data && !workflow) return <MissingWorkflow />;
  return (
    <div class="page">
      <header class="page-head">
        <div class="workflow-head">
          <Link to={paths.workflows()}>Workflows</Link>
          <h1>{workflow ? <Recorded text={workflow.name} /> : 'Workflow'}</h1>
          {workflow && (
            <div class="workflow-facts">
              <span>
                Key <Recorded text={workflow.key} class="mono" /> <Copy text={workflow.key} label="Copy the key" />
              </span>
              {workflow.owner !== null && (
                <span>
                  Owner <Recorded text={workflow.owner} />
                </span>
              )}
              {workflow.createdAt && (
                <span>
                  Registered <DateTime at={workflow.createdAt} />
                </span>
              )}
            </div>
          )}
        </div>
        <SelectField label="Range" value={range} options={RANGES} onChange={next => setQuery({ range: next })} />
      </header>
      <NotUnderstood unknown={unknown} onChange={next => setQuery({ unknown: next })} />
      <ErrorNotice error={asked.error ?? asked.fieldErrors[0]} again={asked.again} what="This workflow" />
      {workflow?.statistics ? (
        <WorkflowTrend id={id} interval={span.interval} statistics={workflow.statistics} stale={asked.stale} />
      ) : (
        <Unread error={asked.error} rows={6} height={80} />
      )}
      <LastRuns id={id} onChange={asked.again} />
      {workflow && (
        <>
          <PolicyNote workflowId={id} owner={workflow.owner} />
          <DeleteWorkflow id={id} workflowKey={workflow.key} name={workflow.name} />
        </>
      )}
    </div>
  );
}

function MissingWorkflow() {
  return <Missing what="workflow" list={paths.workflows()} show="Show all workflows" />;
}

function LastRuns({ id, onChange }: { id: string; onChange: () => void }) {
  const asked = useAsk(WORKFLOW_RUNS, { id });
  const changed = useRef(() => {});
  const countedAt = useRef(Date.now());
  changed.current = () => {
    asked.again();
    if (Date.now() - countedAt.current < STATISTICS_PAUSE_MILLIS) return;
    countedAt.current = Date.now();
    onChange();
  };
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        changed.current();
      }, LIVE_PAUSE_MILLIS);
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
      clearTimeout(timer);
      stop();
    };
  }, [id]);

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
