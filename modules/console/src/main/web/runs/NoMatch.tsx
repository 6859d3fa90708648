import { useMemo } from 'preact/hooks';
import { useAsk } from '../app/useAsk';
import { Button } from '../parts/Button';
import { Notice } from '../parts/Notice';
import { DateTime } from '../parts/Time';
import type { Condition } from './conditions';
import { RUNS_PAGE } from './operations';
import { type RunsQuery, toFilter } from './query';

interface Props {
  query: RunsQuery;
  change: (next: Partial<RunsQuery>) => void;
  conditions: readonly Condition[];
}

const ANY_TIME = { lastMillis: null, from: null, to: null } as const;

/** What to do where no run matches. */
export function NoMatch({ query, change, conditions }: Props) {
  const hasTime = query.lastMillis !== null || query.from !== null || query.to !== null;
  return (
    <Notice
      kind="empty"
      title="No runs match."
      actions={
        <>
          {query.status.length > 0 && <Button onClick={() => change({ status: [] })}>Any status</Button>}
          {conditions.map(({ text, without }) => (
            <Button key={text} onClick={() => change(without)}>
              Without “{text}”
            </Button>
          ))}
          {query.search && <Button onClick={() => change({ search: '' })}>Without “{query.search}”</Button>}
        </>
      }
    >
      {hasTime ? <NewestOfAnyTime query={query} /> : 'Remove a filter to see more.'}
    </Notice>
  );
}

/** Says whether a longer range would help. */
function NewestOfAnyTime({ query }: { query: RunsQuery }) {
  const filter = useMemo(() => toFilter({ ...query, ...ANY_TIME }, 0), [query]);
  const { data } = useAsk(RUNS_PAGE, { filter, orderBy: 'STARTED_AT_DESC', first: 1 }, { keep: false });
  if (!data?.executions) return <>Remove a filter to see more.</>;
  const at = data.executions.edges[0]?.node;
  const time = at?.startedAt ?? at?.queuedAt;
  if (!time) return <>There are none at any other time, either.</>;
  return (
    <>
      The newest at any time is of <DateTime at={time} />.
    </>
  );
}
