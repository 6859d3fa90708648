import { useCallback, useEffect, useState } from 'preact/hooks';
import { type ApiError, asApiError } from '../api/errors';
import type { Operation, OperationName, Result, Variables } from '../api/operation';
import { requestText } from '../api/request';
import { session } from '../api/server';
import { markRead } from '../app/freshness';
import { type Document, pick, scan } from '../json/scan';

/** An answer, and the text of its JSON values as they were recorded. */
export interface Exact<K extends OperationName> {
  readonly data: Result<K>;
  /** When it was asked for, in milliseconds since 1970. */
  readonly askedAt: number;
  /** Text of the value at a path below `data`; null if the value is null or missing. */
  text(...path: (string | number)[]): string | null;
}

export interface AskedExactly<K extends OperationName> {
  /** The newest answer, with the variables that it is for. */
  readonly answer: Exact<K> | undefined;
  readonly error: ApiError | undefined;
  again(): void;
}

const FOCUS_AFTER_MILLIS = 60_000;
const RETRY_MILLIS = 5_000;

/**
 * Asks like `useAsk`, but JSON values can be read as text: numbers, the order of keys and repeated keys are exact.
 * Asks again when `version` changes.
 */
export function useExact<K extends OperationName>(
  operation: Operation<K>,
  variables: Variables<K>,
  version: string = '',
): AskedExactly<K> {
  const key = JSON.stringify(variables);
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{ key: string; answer?: Exact<K>; error?: ApiError }>({ key });
  const again = useCallback(() => setRound(count => count + 1), []);

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const askedAt = Date.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    requestText(operation, JSON.parse(key) as Variables<K>, signal).then(
      response => {
        if (signal.aborted) return;
        markRead();
        setState({ key, answer: exact(response, askedAt) });
      },
      (failure: unknown) => {
        if (signal.aborted) return;
        const error = asApiError(failure);
        setState(before => (before.key === key ? { ...before, error } : { key, error }));
        if (error.isTemporary) timer = setTimeout(again, error.retryAfterMillis ?? RETRY_MILLIS);
      },
    );
    const onFocus = () => {
      if (Date.now() - askedAt > FOCUS_AFTER_MILLIS) again();
    };
    addEventListener('focus', onFocus);
    return () => {
      controller.abort();
      clearTimeout(timer);
      removeEventListener('focus', onFocus);
    };
  }, [operation, key, version, round]);

  useEffect(() => {
    let wasSignedOut = session.get() === 'signed-out';
    return session.subscribe(current => {
      if (wasSignedOut && current !== 'signed-out') again();
      wasSignedOut = current === 'signed-out';
    });
  }, []);

  const isCurrent = state.key === key;
  return { answer: isCurrent ? state.answer : undefined, error: isCurrent ? state.error : undefined, again };
}

function exact<K extends OperationName>(response: string, askedAt: number): Exact<K> {
  let document: Document | undefined;
  return {
    data: (JSON.parse(response) as { data: Result<K> }).data,
    askedAt,
    text(...path) {
      document ??= scan(response);
      const value = pick(document, ['data', ...path]);
      return value === undefined || value === 'null' ? null : value;
    },
  };
}
