import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../api/errors';
import type { OperationName, Result } from '../api/operation';
import { type Answer, ask } from '../api/request';
import type { StepOutline } from '../timeline/layout';
import { runSteps, stepsByIndex } from './operations';
import { type Paced, paced } from './paced';
import { type LoadedSteps, StepReader, type StepSource } from './stepReader';

const REFRESH_MILLIS = 500;

export interface FollowedSteps {
  readonly loaded: LoadedSteps | undefined;
  readonly error: ApiError | undefined;
  again(): void;
}

/**
 * All steps of a run. Read again at most twice a second while `changes` grows. Calls `onMissing` if the run is not there
 * any more.
 */
export function useSteps(id: string, changes: number, onMissing: () => void): FollowedSteps {
  const [loaded, setLoaded] = useState<LoadedSteps>();
  const [error, setError] = useState<ApiError>();
  const reading = useRef<Paced>();

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const reader = new StepReader(stepSource(id, onMissing, signal), next => {
      if (!signal.aborted) setLoaded(next);
    });
    reading.current = paced(REFRESH_MILLIS, () => reader.read(), setError, signal);
    reading.current.want();
    return () => controller.abort();
  }, [id]);

  useEffect(() => {
    if (changes > 0) reading.current?.want();
  }, [changes]);
  return { loaded, error, again: () => reading.current?.now() };
}

function stepSource(id: string, onMissing: () => void, signal: AbortSignal): StepSource {
  return {
    async page(page) {
      const { execution } = await whole(ask(runSteps, { id, ...page }, signal));
      if (!execution) onMissing();
      return execution?.steps ?? null;
    },
    byIndex: async indexes => {
      const ids = indexes.map(index => `${id}:${index}`);
      const list = (at: number) => ids.slice(at * 200, (at + 1) * 200);
      const lists = { a: list(0), b: list(1), c: list(2), d: list(3), e: list(4) };
      const { a, b, c, d, e } = await whole(ask(stepsByIndex, lists, signal));
      return [a, b, c, d, e].flat() as (StepOutline | null)[];
    },
  };
}

/** Steps that could not be read are not missing: an answer of which a part failed is no answer. */
async function whole<K extends OperationName>(answer: Promise<Answer<K>>): Promise<Result<K>> {
  const { data, errors } = await answer;
  if (errors[0]) throw errors[0];
  return data;
}
