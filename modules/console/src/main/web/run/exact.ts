import { useCallback, useEffect, useState } from 'preact/hooks';
import { type ApiError, asApiError, fromGraphQl, type GraphQlError } from '../api/errors';
import type { Operation, OperationName, Result, Variables } from '../api/operation';
import { requestText } from '../api/request';
import { session } from '../api/server';
import { markRead } from '../app/freshness';
import { type Document, pick, scan } from '../json/scan';

/** An answer, and the text of its JSON values as they were recorded. */
export interface Exact<K extends OperationName> {
  readonly data: Result<K>;
  /** Errors of single fields of `data`, which are null. */
  readonly fieldErrors: readonly ApiError[];
  /** When it was asked for, in milliseconds since 1970. */
  readonly askedAt: number;
  /** Text of the value at a path below `data`; null if the value is null or missing. */
  text(...path: (string | number)[]): string | null;
}

export interface AskedExactly<K extends OperationName> {
  /** The newest answer, with the variables that it is for. */
  readonly answer: Exact<K> | undefined;
  /** Why there is no answer to the latest question, or why a part of it is missing. */
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
    const askAgainAfter = (error: ApiError | undefined) => {
      if (error?.isTemporary) timer = setTimeout(again, error.retryAfterMillis ?? RETRY_MILLIS);
    };
    requestText(operation, JSON.parse(key) as Variables<K>, signal).then(
      response => {
        if (signal.aborted) return;
        markRead();
        const answer: Exact<K> = exact(response, askedAt);
        setState({ key, answer });
        askAgainAfter(answer.fieldErrors.find(error => error.isTemporary));
      },
      (failure: unknown) => {
        if (signal.aborted) return;
        const error = asApiError(failure);
        setState(before => (before.key === key ? { ...before, error } : { key, error }));
        askAgainAfter(error);
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
  if (!isCurrent) return { answer: undefined, error: undefined, again };
  return { answer: state.answer, error: state.error ?? state.answer?.fieldErrors[0], again };
}

function exact<K extends OperationName>(response: string, askedAt: number): Exact<K> {
  let document: Document | undefined;
  const { data, errors = [] } = JSON.parse(response) as { data: Result<K>; errors?: readonly GraphQlError[] };
  const fieldErrors = errors.map(fromGraphQl);
  return {
    data,
    fieldErrors,
    askedAt,
    text(...path) {
      document ??= scan(response);
      const value = pick(document, ['data', ...path]);
      return value === undefined || value === 'null' ? null : value;
    },
  };
}
