import { useEffect } from 'preact/hooks';
import type { Result } from '../api/operation';
import { Button } from '../parts/Button';
import { Copy } from '../parts/Copy';
import { Duration } from '../parts/Duration';
import { ErrorNotice, Unread } from '../parts/Notice';
import { Recorded } from '../parts/Recorded';
import { Status } from '../parts/Status';
import { formatDuration } from '../text/duration';
import type { StepOutline } from '../timeline/layout';
import { Documents } from './Documents';
import { ErrorPanel } from './ErrorPanel';
import { type Exact, useExact } from './exact';
import type { RecordedDocument } from './notes';
import { stepDetail } from './operations';
import type { StepTab } from './view';

type Step = Extract<NonNullable<Result<'StepDetail'>['node']>, { id: string }>;

interface StepPanelProps {
  runId: string;
  outline: StepOutline;
  /** Start of the run. */
  start: number;
  /** Whether the run has ended. */
  isOver: boolean;
  link: string;
  tab: StepTab | null;
  onTab: (tab: StepTab) => void;
  onMissing: () => void;
  onClose: () => void;
}

/** What a step was given, what it returned, and why it failed. */
export function StepPanel({ runId, outline, start, isOver, link, tab, onTab, onMissing, onClose }: StepPanelProps) {
  const isRunning = outline.status === 'RUNNING' && !isOver;
  const { answer, error, again } = useExact(stepDetail, { id: `${runId}:${outline.index}` }, outline.status);
  useEffect(() => {
    if (answer && !answer.data.node) onMissing();
  }, [answer]);
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
        {outline.status === 'RUNNING' && isOver ? (
          <span class="muted">not finished when the run ended</span>
        ) : (
          outline.startedAt && (
            <span>
              <span class="muted">{isRunning ? 'for' : 'took'}</span>{' '}
              <Duration millis={outline.durationMillis} since={isRunning ? outline.startedAt : null} />
            </span>
          )
        )}
        {outline.attempt > 1 && <span>attempt {outline.attempt}</span>}
        {outline.kind && <Recorded text={outline.kind} />}
        <span class="muted">step {outline.index}</span>
      </p>
      <ErrorNotice error={error} again={again} />
      {answer ? (
        <Content answer={answer} isRunning={isRunning} tab={tab} onTab={onTab} />
      ) : (
        <Unread error={error} rows={4} height={24} />
      )}
    </section>
  );
}

interface ContentProps extends Pick<StepPanelProps, 'tab' | 'onTab'> {
  answer: Exact<'StepDetail'>;
  isRunning: boolean;
}

function Content({ answer, isRunning, tab, onTab }: ContentProps) {
  const step = answer.data.node as Step | null;
  if (!step) return <p class="run-missing">This step is not there any more.</p>;
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
          details={document('ERROR_DETAILS', 'Details', step.error && answer.text('node', 'error', 'details'))}
          truncated={step.truncated}
        />
      )}
      <Documents
        label="Documents of the step"
        selected={tab}
        onSelect={onTab}
        documents={{
          input: document('INPUT', 'Input', answer.text('node', 'input')),
          output: document('OUTPUT', 'Output', answer.text('node', 'output')),
        }}
        missing={{
          input: 'No input was recorded for this step.',
          output: isRunning ? 'The step has not returned yet.' : 'No output was recorded for this step.',
        }}
      />
    </>
  );
}
