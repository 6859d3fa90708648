import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useAsk } from '../app/useAsk';
import { Button } from '../parts/Button';
import { ErrorNotice, Notice, Unread } from '../parts/Notice';
import { plural } from '../text/number';
import { WORKFLOW_CHOICES } from './operations';

/** What the page shows if there are no runs at all: how to record the first one, or that all were deleted. */
export function NoRuns({ fresh, onRuns }: { fresh: number; onRuns: () => void }) {
  const { data, error, again } = useAsk(WORKFLOW_CHOICES, { search: '' });
  const [page, setPage] = useState<{ FirstRun: ComponentType<{ onDone: () => void }> } | null>(null);
  const [isMissing, setMissing] = useState(false);
  const isFirst = data?.workflows?.nodes.length === 0;
  useEffect(() => {
    if (isFirst) import('../start/FirstRun').then(setPage, () => setMissing(true));
  }, [isFirst]);
  if (isFirst && page) return <page.FirstRun onDone={onRuns} />;
  if (!data || (isFirst && !isMissing)) {
    return (
      <div class="page">
        <ErrorNotice error={error} again={again} what="The list of workflows" />
        <Unread error={error} />
      </div>
    );
  }
  return (
    <div class="page">
      <Notice
        kind="empty"
        title="There are no runs."
        actions={<Button onClick={onRuns}>{fresh > 0 ? `Show ${plural(fresh, 'new run')}` : 'Look again'}</Button>}
      >
        {isFirst ? 'None was recorded yet.' : 'All runs of your workflows were deleted, or none was recorded yet.'}
      </Notice>
    </div>
  );
}
