import { useEffect, useMemo } from 'preact/hooks';
import { Link, paths, type QueryCodec, useQuery } from '../app/navigate';
import { clear, keepUnknown, ParameterReader, type Unknown } from '../app/unknown';
import { useAsk } from '../app/useAsk';
import { Copy } from '../parts/Copy';
import { SelectField } from '../parts/Field';
import { Missing } from '../parts/Missing';
import { ErrorNotice, Unread } from '../parts/Notice';
import { NotUnderstood } from '../parts/NotUnderstood';
import { Recorded } from '../parts/Recorded';
import { DateTime } from '../parts/Time';
import { readUuid } from '../text/uuid';
import { DeleteWorkflow } from './DeleteWorkflow';
import { LastRuns } from './LastRuns';
import { WORKFLOW_DETAIL } from './operations';
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
        <Unread error={asked.error ?? asked.fieldErrors[0]} rows={6} height={80} />
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
