import type { CleanupFigures } from '#operations';
import { Link, paths } from '../app/navigate';
import { Bar } from '../parts/Bar';
import { Recorded } from '../parts/Recorded';
import { StatusGlyph, statusWord } from '../parts/Status';
import { DateTime } from '../parts/Time';
import { formatBytes, formatNumber, plural } from '../text/number';
import { sentence, sparedWords } from '../text/words';
import { DELETABLE } from './criteria';

export type Figures = NonNullable<CleanupFigures['preview']>;

interface Props {
  /** What is counted, in words. */
  readonly words: string;
  readonly figures: Figures;
  readonly stale: boolean;
}

/** What a cleanup would delete: in figures, by status and by workflow, and what it would keep. */
export function Preview({ words, figures, stale }: Props) {
  const { executions, exact, byStatus, workflows, steps, bytes, sizesExact, oldestStartedAt, newestStartedAt } =
    figures;
  const spared = sparedWords(figures.spared);
  const about = exact || executions === 0 ? '' : 'about ';
  const roughly = sizesExact || executions === 0 ? '' : 'about ';
  const most = Math.max(1, ...workflows.map(one => one.executions));
  return (
    <div class={stale ? 'cleanup-preview is-stale' : 'cleanup-preview'}>
      <p class="secondary">{sentence(words)}:</p>
      <p class="cleanup-figure">
        {about}
        {formatNumber(executions)} <small>{executions === 1 ? 'run' : 'runs'}</small>
      </p>
      {executions > 0 && (
        <p>
          {roughly}
          {formatBytes(bytes)}, {roughly}
          {plural(steps, 'step')}
          {oldestStartedAt && newestStartedAt && (
            <>
              , from <DateTime at={oldestStartedAt} /> to <DateTime at={newestStartedAt} />
            </>
          )}
        </p>
      )}
      {executions > 0 && (
        <div class="cleanup-columns">
          <div>
            <h3>By status</h3>
            <ul class="cleanup-counts">
              {DELETABLE.map(status => (
                <li key={status}>
                  <StatusGlyph status={status} />
                  <span>{statusWord(status)}</span>
                  <span class="figure">
                    {formatNumber(byStatus[status.toLowerCase() as 'success' | 'failed' | 'crashed' | 'cancelled'])}
                  </span>
                </li>
              ))}
            </ul>
          </div>
          <div>
            <h3>By workflow{workflows.length >= 10 ? ', the first 10' : ''}</h3>
            <ul class="cleanup-counts">
              {workflows.map(({ workflow, executions: count }) => (
                <li key={workflow.id} class="cleanup-workflow">
                  <Link to={paths.workflow(workflow.id)}>
                    <Recorded text={workflow.name} class="cut" />
                  </Link>
                  <span class="figure">{formatNumber(count)}</span>
                  <Bar share={count / most} tone="accent" />
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {spared.length > 0 && <p class="secondary">Not deleted: {spared.join(', ')}.</p>}
    </div>
  );
}
