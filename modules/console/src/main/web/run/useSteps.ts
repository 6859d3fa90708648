import { useEffect, useRef, useState } from 'preact/hooks';
import { type ApiError, asApiError } from '../api/errors';
import { request } from '../api/request';
import type { StepOutline } from '../timeline/layout';
import { runSteps, stepsByIndex } from './operations';
import { type LoadedSteps, StepReader, type StepSource } from './stepReader';

const REFRESH_MILLIS = 500;

/**
 * All steps of a run. Read again at most twice a second while `changes` grows. Calls `onMissing` if the run is not there
 * any more.
 */
export function useSteps(
  id: string,
  changes: number,
  onMissing: () => void,
): { loaded: LoadedSteps | undefined; error: ApiError | undefined } {
  const [loaded, setLoaded] = useState<LoadedSteps>();
  const [error, setError] = useState<ApiError>();
  const refresh = useRef(() => {});

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const reader = new StepReader(stepSource(id, onMissing, signal), next => {
      if (!signal.aborted) setLoaded(next);
    });
    let isBusy = true;
    let isWanted = false;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const run = async (read: () => Promise<void>) => {
      isBusy = true;
      try {
        await read();
        setError(undefined);
      } catch (failure) {
        if (signal.aborted) return;
        const problem = asApiError(failure);
        setError(problem);
        isWanted ||= problem.isTemporary;
      }
      timer = setTimeout(() => {
        isBusy = false;
        if (isWanted) refresh.current();
      }, REFRESH_MILLIS);
    };
    refresh.current = () => {
      isWanted = isBusy;
      if (!isBusy) void run(() => reader.refresh());
    };
    void run(() => reader.readAll());
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [id]);

  useEffect(() => {
    if (changes > 0) refresh.current();
  }, [changes]);
  return { loaded, error };
}

function stepSource(id: string, onMissing: () => void, signal: AbortSignal): StepSource {
  return {
    async page(page) {
      const { execution } = await request(runSteps, { id, ...page }, signal);
      if (!execution) onMissing();
      return execution?.steps ?? null;
    },
    byIndex: async indexes => {
      const ids = indexes.map(index => `${id}:${index}`);
      const list = (at: number) => ids.slice(at * 200, (at + 1) * 200);
      const lists = { a: list(0), b: list(1), c: list(2), d: list(3), e: list(4) };
      const { a, b, c, d, e } = await request(stepsByIndex, lists, signal);
      return [a, b, c, d, e].flat() as (StepOutline | null)[];
    },
  };
}
