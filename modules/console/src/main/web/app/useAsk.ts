import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type ApiError, asApiError } from '../api/errors';
import { link, retries } from '../api/live';
import type { Operation, OperationName, Result, Variables } from '../api/operation';
import { ask } from '../api/request';
import { session } from '../api/server';
import { markRead } from './freshness';

export interface Asked<K extends OperationName> {
  /** The newest answer; kept while the next one is on its way and after a failure. */
  readonly data: Result<K> | undefined;
  /** Why there is no answer to the latest question. */
  readonly error: ApiError | undefined;
  /** Errors of single fields of `data`, which are null. */
  readonly fieldErrors: readonly ApiError[];
  readonly loading: boolean;
  /** Whether `data` answers an earlier question. */
  readonly stale: boolean;
  again(): void;
}

interface State<K extends OperationName> {
  key: string | null;
  data: Result<K> | undefined;
  error: ApiError | undefined;
  fieldErrors: readonly ApiError[];
  loading: boolean;
}

const FOCUS_AFTER_MILLIS = 60_000;
const RETRY_MILLIS = 5_000;

/**
 * Asks the server, and asks again when the variables change, after sign-in, when the connection is back, and when the
 * window gets the focus after a minute. With `null` as variables it waits.
 */
export function useAsk<K extends OperationName>(
  operation: Operation<K>,
  variables: Variables<K> | null,
  options: { keep?: boolean } = {},
): Asked<K> {
  const { keep = true } = options;
  const key = variables && JSON.stringify(variables);
  const [round, setRound] = useState(0);
  const [state, setState] = useState<State<K>>({
    key: null,
    data: undefined,
    error: undefined,
    fieldErrors: [],
    loading: key !== null,
  });
  const again = useCallback(() => setRound(count => count + 1), []);
  const askedAt = useRef(0);
  const failed = useRef(false);
  failed.current = state.error !== undefined;

  useEffect(() => {
    if (key === null) return;
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const retry = (error: ApiError | undefined) => {
      if (error?.isTemporary) timer = setTimeout(again, error.retryAfterMillis ?? RETRY_MILLIS);
    };
    askedAt.current = Date.now();
    setState(before => ({ ...before, data: keep || before.key === key ? before.data : undefined, loading: true }));
    ask(operation, JSON.parse(key) as Variables<K>, controller.signal).then(
      ({ data, errors }) => {
        if (controller.signal.aborted) return;
        markRead();
        setState({ key, data, error: undefined, fieldErrors: errors, loading: false });
        retry(errors.find(({ isTemporary }) => isTemporary));
      },
      (failure: unknown) => {
        if (controller.signal.aborted) return;
        const error = asApiError(failure);
        setState(before => ({ ...before, error, loading: false }));
        retry(error);
      },
    );
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [operation, key, round, keep]);

  useEffect(() => {
    const onFocus = () => Date.now() - askedAt.current > FOCUS_AFTER_MILLIS && again();
    addEventListener('focus', onFocus);
    let wasSignedOut = session.get() === 'signed-out';
    const unfollowSession = session.subscribe(current => {
      if (wasSignedOut && current !== 'signed-out') again();
      wasSignedOut = current === 'signed-out';
    });
    let wasOffline = false;
    const unfollowLink = link.subscribe(({ state: linkState }) => {
      if (linkState === 'live' && wasOffline) again();
      wasOffline = linkState === 'offline';
    });
    const unfollowRetries = retries.subscribe(() => failed.current && again());
    return () => {
      unfollowRetries();
      removeEventListener('focus', onFocus);
      unfollowSession();
      unfollowLink();
    };
  }, []);

  return {
    data: state.data,
    error: state.error,
    fieldErrors: state.fieldErrors,
    loading: state.loading || (key !== null && state.key !== key && !state.error),
    stale: state.data !== undefined && state.key !== key,
    again,
  };
}
