import { useEffect } from 'preact/hooks';
import { operation } from '../api/operation';
import { request } from '../api/request';
import { session } from '../api/server';
import { createStore, type Store } from '../api/store';
import runningCountText from './RunningCount.graphql';

/** How many runs are running, for the header; null until it is known. The page of what runs keeps it up to date. */
export const runningCount: Store<number | null> = createStore<number | null>(null);

const RUNNING_COUNT = operation('RunningCount', runningCountText);
const EVERY_MILLIS = 15_000;
/** The page itself comes first. */
const FIRST_MILLIS = 1_000;

/** Asks for the number of running runs every 15 seconds while the page is visible. */
export function useRunningCount(): void {
  useEffect(() => {
    let first: ReturnType<typeof setTimeout> | undefined;
    const askSoon = () => {
      clearTimeout(first);
      first = setTimeout(ask, FIRST_MILLIS);
    };
    const ask = async () => {
      if (document.hidden || typeof session.get() !== 'object') return;
      try {
        const { executions } = await request(RUNNING_COUNT, {});
        runningCount.set(executions?.totalCount ?? executions?.countAtLeast ?? null);
      } catch {
        // The header shows the last figure until the server answers again.
      }
    };
    const timer = setInterval(ask, EVERY_MILLIS);
    const unfollow = session.subscribe(askSoon);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
      unfollow();
    };
  }, []);
}
