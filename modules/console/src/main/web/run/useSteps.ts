import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../api/errors';
import { request } from '../api/request';
import { asApiError } from './exact';
import { runSteps } from './operations';
import { type AskSteps, type LoadedSteps, StepPages } from './stepPages';

const REFRESH_MILLIS = 500;

/** All steps of a run. Read again at most twice a second while `changes` grows. */
export function useSteps(
  id: string,
  changes: number,
): { loaded: LoadedSteps | undefined; error: ApiError | undefined } {
  const [loaded, setLoaded] = useState<LoadedSteps>();
  const [error, setError] = useState<ApiError>();
  const refresh = useRef(() => {});

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const ask: AskSteps = async page => (await request(runSteps, { id, ...page }, signal)).execution?.steps ?? null;
    const pages = new StepPages(ask, next => {
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
      if (!isBusy) void run(() => pages.refresh());
    };
    void run(() => pages.readAll());
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
