import { useEffect } from 'preact/hooks';
import { useKeys } from '../app/keys';
import { href, lastRuns, navigate, paths, useQuery } from '../app/navigate';
import { toast } from '../app/toast';
import { useAsk } from '../app/useAsk';
import { copyText } from '../parts/Copy';
import { Missing } from '../parts/Missing';
import { ErrorNotice, Notice, Skeleton, Unread } from '../parts/Notice';
import { NotUnderstood } from '../parts/NotUnderstood';
import { statusWord } from '../parts/Status';
import { DateTime } from '../parts/Time';
import { Children } from './Children';
import { Documents } from './Documents';
import { ErrorPanel } from './ErrorPanel';
import { cutNote, redactedNote } from './notes';
import { runByExternalId } from './operations';
import { RunHeader } from './RunHeader';
import { SinceWhen } from './SinceWhen';
import { Steps } from './Steps';
import { hasEnded, type ReadRun, useRun } from './useRun';
import { type DocumentTab, RUN_VIEW } from './view';
import './run.css';

export function RunPage({ id }: { id: string }) {
  return <OneRun key={id} id={id} />;
}

function OneRun({ id }: { id: string }) {
  const { read, error, isMissing, changes, again } = useRun(id);
  const [view, setView] = useQuery(RUN_VIEW);
  const link = location.origin + href(paths.run(id, typeof view.step === 'number' ? `step=${view.step}` : ''));
  const title = read && `${statusWord(read.run.status)} · ${read.run.workflow?.name ?? 'Run'} · Runlog`;
  useEffect(() => {
    if (title) document.title = title;
  }, [title]);
  useKeys('Run', [
    {
      key: 'y',
      label: 'Copy the link to this page',
      run: async () => {
        if (await copyText(link)) toast('Link copied.');
      },
    },
    { key: 'u', label: 'Back to the runs', run: () => navigate(lastRuns()) },
  ]);

  if (!read) {
    if (isMissing || error?.code === 'BAD_INPUT' || error?.code === 'NOT_FOUND') return <MissingRun id={id} />;
    return (
      <>
        <h1 class="visually-hidden">Run</h1>
        <ErrorNotice error={error} again={again} what="This run" />
        <Unread error={error} rows={10} />
      </>
    );
  }
  return (
    <div class="run">
      {isMissing && (
        <Notice kind="warn" title="This run was deleted.">
          Below is what was read before.
        </Notice>
      )}
      <ErrorNotice error={error} again={again} />
      <NotUnderstood unknown={view.unknown} onChange={unknown => setView({ unknown })} />
      <RunHeader run={read.run} link={link} isDeleted={isMissing} onChanged={again} />
      <Outcome read={read} />
      <Steps run={read.run} changes={changes} onMissing={again} />
      <RunDocuments read={read} />
      <Children id={id} onMissing={again} />
    </div>
  );
}

/** Why the run failed, and since when. */
function Outcome({ read: { run, errorDetails } }: { read: ReadRun }) {
  const isFailure = run.status === 'FAILED' || run.status === 'CRASHED';
  const cut = cutNote(run.truncated, ['TRIGGER', 'LABELS']);
  const redacted = redactedNote(run.redacted);
  return (
    <>
      {run.held && (
        <Notice title="This run is held.">
          Cleanups and retention policies keep it.{run.holdReason && ` Reason: ${run.holdReason}`}
        </Notice>
      )}
      {cut && <Notice kind="warn">{cut}</Notice>}
      {redacted && <Notice>{redacted}</Notice>}
      {(isFailure || run.error) && (
        <section class="run-section run-failure">
          <h2>{run.status === 'CRASHED' ? 'Why it crashed' : isFailure ? 'Why it failed' : 'Error'}</h2>
          {run.status === 'CRASHED' && !run.error && (
            <p>
              {run.heartbeatDeadline ? (
                <>
                  No heartbeat came until <DateTime at={run.heartbeatDeadline} />, so the run was marked as crashed. Its
                  process probably died.
                </>
              ) : (
                'The run did not report its end in time and was marked as crashed. Its process probably died.'
              )}
            </p>
          )}
          {run.error ? (
            <ErrorPanel
              error={run.error}
              truncated={run.truncated}
              details={{
                label: 'Details',
                text: errorDetails,
                isTruncated: run.truncated?.includes('ERROR_DETAILS') ?? false,
                isSanitized: run.sanitized?.includes('ERROR_DETAILS') ?? false,
                isRedacted: false,
              }}
            >
              {isFailure && <SinceWhen run={run} />}
            </ErrorPanel>
          ) : (
            <>
              {run.status === 'FAILED' && <p>No error was recorded for this run.</p>}
              <SinceWhen run={run} />
            </>
          )}
        </section>
      )}
    </>
  );
}

function RunDocuments({ read: { run, payload, result } }: { read: ReadRun }) {
  const [view, setView] = useQuery(RUN_VIEW);
  const part = (name: 'PAYLOAD' | 'RESULT') => ({
    isTruncated: run.truncated?.includes(name) ?? false,
    isSanitized: run.sanitized?.includes(name) ?? false,
    isRedacted: false,
  });
  return (
    <section class="run-section" aria-label="Payload and result">
      <Documents<DocumentTab>
        label="Documents of the run"
        selected={view.tab}
        onSelect={tab => setView({ tab }, 'replace')}
        documents={{
          payload: { label: 'Payload', text: payload, ...part('PAYLOAD') },
          result: { label: 'Result', text: result, ...part('RESULT') },
        }}
        missing={{
          payload: 'No payload was recorded for this run.',
          result: hasEnded(run.status) ? 'The run returned nothing.' : 'The run has not returned yet.',
        }}
      />
    </section>
  );
}

/** People paste the ID that their engine shows. */
function MissingRun({ id }: { id: string }) {
  const { data, error, again } = useAsk(runByExternalId, { externalId: id });
  const runs = data?.executions?.nodes;
  const [only, another] = runs ?? [];
  useEffect(() => {
    if (only && !another) navigate(paths.run(only.id), 'replace');
  }, [only, another]);
  // Text that cannot be an external ID is refused.
  if (!runs && error?.code !== 'BAD_INPUT') {
    return (
      <>
        <h1 class="visually-hidden">Run</h1>
        <ErrorNotice error={error} again={again} what="This run" />
        <Unread error={error} rows={4} />
      </>
    );
  }
  if (only && !another) return <Skeleton rows={4} />;
  return (
    <Missing what="run" list={paths.runs()} show="Show the runs">
      {another && ' Several runs have it as their external ID.'}
    </Missing>
  );
}
