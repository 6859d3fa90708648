import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../api/errors';
import { follow } from '../api/live';
import type { Result } from '../api/operation';
import { type Answer, ask } from '../api/request';
import { childrenLive, runChildren } from './operations';
import { paced } from './paced';

type Connection = NonNullable<NonNullable<Result<'RunChildren'>['execution']>['children']>;

export interface LoadedChildren {
  readonly nodes: Connection['nodes'];
  readonly total: number;
  readonly hasMore: boolean;
}

export interface FollowedChildren {
  readonly loaded: LoadedChildren | undefined;
  readonly error: ApiError | undefined;
  /** Whether more of them are being read. */
  readonly isReadingMore: boolean;
  more(): void;
  again(): void;
}

const MORE = 20;
/** The largest page of the server. */
const PAGE_MAX = 200;
const PAUSE_MILLIS = 2_000;

/**
 * The newest children of a run, as many as are shown, read again when any of them changes. Calls `onMissing` if the run is
 * not there any more.
 */
export function useChildren(id: string, onMissing: () => void): FollowedChildren {
  const [loaded, setLoaded] = useState<LoadedChildren>();
  const [error, setError] = useState<ApiError>();
  const [wanted, setWanted] = useState(MORE);
  const latestWanted = useRef(wanted);
  const readNow = useRef(() => {});

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const readShown = async () => {
      const next = await readChildren(id, latestWanted.current, signal);
      if (signal.aborted) return;
      if (next) setLoaded(next);
      else onMissing();
    };
    const { want, now } = paced(PAUSE_MILLIS, readShown, setError, signal);
    readNow.current = now;
    want();
    // At SYNCED, too: what changed before it was read already, or not.
    const stop = follow(childrenLive, { id }, { events: want, reset: want });
    return () => {
      stop();
      controller.abort();
    };
  }, [id]);

  const again = () => readNow.current();
  function more() {
    latestWanted.current = (loaded?.nodes.length ?? 0) + MORE;
    setWanted(latestWanted.current);
    again();
  }
  return {
    loaded,
    error,
    isReadingMore: !error && loaded !== undefined && loaded.hasMore && loaded.nodes.length < wanted,
    more,
    again,
  };
}

/** The first children, from pages of one list; null if there is no such run. */
async function readChildren(id: string, wanted: number, signal: AbortSignal): Promise<LoadedChildren | null> {
  const nodes: Connection['nodes'][number][] = [];
  let total: number | null = null;
  let after: string | null = null;
  for (;;) {
    const first = Math.min(PAGE_MAX, wanted - nodes.length);
    const { data, errors }: Answer<'RunChildren'> = await ask(runChildren, { id, first, after }, signal);
    if (!data.execution) return null;
    const page: Connection | null = data.execution.children;
    if (!page) throw errors[0] ?? new Error('No children were returned.');
    nodes.push(...page.nodes);
    total ??= page.totalCount ?? page.countAtLeast;
    const hasMore = page.pageInfo.hasNextPage;
    if (!hasMore || nodes.length >= wanted) return { nodes, total: total ?? nodes.length, hasMore };
    after = page.pageInfo.endCursor;
  }
}
