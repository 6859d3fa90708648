import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../api/errors';
import type { Result } from '../api/operation';
import { Button } from '../parts/Button';
import { Copy } from '../parts/Copy';
import { Duration } from '../parts/Duration';
import { ErrorNotice, Skeleton } from '../parts/Notice';
import { Recorded } from '../parts/Recorded';
import { Status } from '../parts/Status';
import { formatDuration } from '../text/duration';
import type { StepOutline } from '../timeline/layout';
import { Documents } from './Documents';
import { ErrorPanel } from './ErrorPanel';
import { asApiError, requestExact } from './exact';
import type { RecordedDocument } from './notes';
import { stepDetail } from './operations';
import type { StepTab } from './view';

type Step = Extract<NonNullable<Result<'StepDetail'>['node']>, { id: string }>;

interface ReadStep {
  readonly key: string;
  readonly step: Step;
  readonly input: string | null;
  readonly output: string | null;
  readonly errorDetails: string | null;
}

interface StepPanelProps {
  runId: string;
  outline: StepOutline;
  /** Start of the run. */
  start: number;
  link: string;
  tab: StepTab | null;
  onTab: (tab: StepTab) => void;
  onClose: () => void;
}

/** What a step was given, what it returned, and why it failed. */
export function StepPanel({ runId, outline, start, link, tab, onTab, onClose }: StepPanelProps) {
  const { read, error, again } = useStep(runId, outline);
  return (
    <section class="step-panel" aria-label={`Step ${outline.name}`}>
      <div class="step-head">
        <h3>
          <Recorded text={outline.name} />
        </h3>
        <Copy text={link} label="Copy link to step">
          Copy link to step
        </Copy>
        <Button kind="quiet" icon="close" label="Close the step" onClick={onClose} />
      </div>
      <p class="step-facts">
        <Status status={outline.status} />
        {outline.startedAt && (
          <span>
            {formatDuration(Date.parse(outline.startedAt) - start)} <span class="muted">into the run</span>
          </span>
        )}
        {outline.startedAt && (
          <span>
            <span class="muted">{outline.status === 'RUNNING' ? 'for' : 'took'}</span>{' '}
            <Duration millis={outline.durationMillis} since={outline.status === 'RUNNING' ? outline.startedAt : null} />
          </span>
        )}
        {outline.attempt > 1 && <span>attempt {outline.attempt}</span>}
        {outline.kind && <Recorded text={outline.kind} />}
        <span class="muted">step {outline.index}</span>
      </p>
      <ErrorNotice error={error} again={again} />
      {read ? (
        <Content read={read} outline={outline} tab={tab} onTab={onTab} />
      ) : (
        !error && <Skeleton rows={4} height={24} />
      )}
    </section>
  );
}

function Content({
  read,
  outline,
  tab,
  onTab,
}: {
  read: ReadStep;
  outline: StepOutline;
  tab: StepTab | null;
  onTab: (tab: StepTab) => void;
}) {
  const { step } = read;
  const document = (
    part: 'INPUT' | 'OUTPUT' | 'ERROR_DETAILS',
    label: string,
    text: string | null,
  ): RecordedDocument => ({
    label,
    text,
    isTruncated: step.truncated.includes(part),
    isSanitized: step.sanitized.includes(part),
    isRedacted: step.redacted.includes(part),
  });
  return (
    <>
      {step.error && (
        <ErrorPanel
          error={step.error}
          details={document('ERROR_DETAILS', 'Details', read.errorDetails)}
          truncated={step.truncated}
        />
      )}
      <Documents
        label="Documents of the step"
        selected={tab}
        onSelect={onTab}
        documents={{
          input: document('INPUT', 'Input', read.input),
          output: document('OUTPUT', 'Output', read.output),
        }}
        missing={{
          input: 'No input was recorded for this step.',
          output:
            outline.status === 'RUNNING' ? 'The step has not returned yet.' : 'No output was recorded for this step.',
        }}
      />
    </>
  );
}

function useStep(
  runId: string,
  outline: StepOutline,
): { read: ReadStep | undefined; error: ApiError | undefined; again: () => void } {
  const [read, setRead] = useState<ReadStep>();
  const [error, setError] = useState<ApiError>();
  const [round, setRound] = useState(0);
  const id = `${runId}:${outline.index}`;
  useEffect(() => {
    const controller = new AbortController();
    requestExact(stepDetail, { id }, controller.signal).then(
      ({ data, text }) => {
        if (controller.signal.aborted) return;
        setError(undefined);
        const step = data.node as Step | null;
        if (!step) return;
        setRead({
          key: id,
          step,
          input: text('node', 'input'),
          output: text('node', 'output'),
          errorDetails: step.error ? text('node', 'error', 'details') : null,
        });
      },
      failure => {
        if (!controller.signal.aborted) setError(asApiError(failure));
      },
    );
    return () => controller.abort();
  }, [id, outline.status, round]);
  return { read: read?.key === id ? read : undefined, error, again: () => setRound(count => count + 1) };
}
