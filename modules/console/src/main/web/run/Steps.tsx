import { useEffect, useMemo, useRef } from 'preact/hooks';
import { href, paths, useQuery } from '../app/navigate';
import { ErrorNotice, Notice, Unread } from '../parts/Notice';
import { formatNumber } from '../text/number';
import { arrange, firstFailed } from '../timeline/layout';
import { Timeline } from '../timeline/Timeline';
import { readZoom, writeZoom } from '../timeline/view';
import { timeOfId } from './ids';
import { StepPanel } from './StepPanel';
import { hasEnded, type Run } from './useRun';
import { useSteps } from './useSteps';
import { RUN_VIEW } from './view';

interface StepsProps {
  run: Run;
  /** Grows when the steps may have changed. */
  changes: number;
  /** The run or a step is not there any more. */
  onMissing: () => void;
}

/** The timeline of a run, and the chosen step beside it. */
export function Steps({ run, changes, onMissing }: StepsProps) {
  const [view, setView] = useQuery(RUN_VIEW);
  const { loaded, error, again } = useSteps(run.id, changes, onMissing);
  const steps = loaded?.steps ?? [];
  const start = run.startedAt ? Date.parse(run.startedAt) : timeOfId(run.id);
  const end = run.finishedAt ? Date.parse(run.finishedAt) : hasEnded(run.status) ? start : null;
  const failed = useMemo(() => (loaded?.isComplete ? firstFailed(arrange(loaded.steps)) : null), [loaded]);
  const selected = view.step === 'none' ? null : (view.step ?? failed);
  const outline = useMemo(() => steps.find(step => step.index === selected), [steps, selected]);
  const section = useRef<HTMLElement>(null);
  const wasLinked = useRef(typeof view.step === 'number');

  // A link to a step leads to it.
  useEffect(() => {
    if (wasLinked.current && outline) {
      wasLinked.current = false;
      section.current?.scrollIntoView({ block: 'start' });
    }
  }, [outline]);

  function close() {
    // First, since the timeline chooses a step when it gets the focus and there is none.
    section.current?.querySelector<HTMLElement>('[role=tree]')?.focus();
    setView({ step: 'none' }, 'replace');
  }

  // The second frame: the first one with all steps was drawn.
  useEffect(() => {
    if (!loaded?.isComplete) return;
    const frame = requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('runlog:timeline')));
    return () => cancelAnimationFrame(frame);
  }, [loaded?.isComplete]);

  if (loaded && loaded.total === 0) {
    return (
      <section class="run-section">
        <h2>Steps</h2>
        <p class="run-missing">
          {hasEnded(run.status)
            ? 'No steps were recorded for this run.'
            : 'No steps yet. They appear here as they are recorded.'}
        </p>
      </section>
    );
  }
  return (
    <section class="run-section" ref={section}>
      <h2>
        Steps <span class="run-count">{loaded && formatNumber(loaded.total)}</span>
        {loaded && !loaded.isComplete && <span class="muted"> reading…</span>}
      </h2>
      <ErrorNotice error={error} again={again} what="The list of steps" />
      {loaded?.isComplete && typeof view.step === 'number' && !outline && (
        <Notice kind="warn" title={`This run has no step ${view.step}.`} />
      )}
      {loaded ? (
        <div class={outline ? 'steps has-step' : 'steps'}>
          <Timeline
            steps={steps}
            range={[start, end]}
            selected={selected}
            onSelect={step => setView({ step }, 'replace')}
            view={readZoom(view.zoom, start)}
            onView={next => setView({ zoom: next && writeZoom(next, start) }, 'replace')}
          />
          {outline && (
            <StepPanel
              key={outline.index}
              runId={run.id}
              outline={outline}
              start={start}
              isOver={hasEnded(run.status)}
              link={location.origin + href(paths.run(run.id, `step=${outline.index}`))}
              tab={view.stepTab}
              onTab={stepTab => setView({ stepTab }, 'replace')}
              onMissing={onMissing}
              onClose={close}
            />
          )}
        </div>
      ) : (
        <Unread error={error} rows={6} height={26} />
      )}
    </section>
  );
}
