import { useState } from 'preact/hooks';
import { type ApiError, asApiError } from '../api/errors';
import type { Operation, OperationName, Result, Variables } from '../api/operation';
import { ask } from '../api/request';

export interface Sender<K extends OperationName> {
  /** Sends a mutation once. Returns undefined if it failed, and `error` says why. */
  send(variables: Variables<K>): Promise<Result<K> | undefined>;
  readonly busy: boolean;
  readonly error: ApiError | undefined;
}

/** A mutation that is sent when a person asks for it. */
export function useSend<K extends OperationName>(operation: Operation<K>): Sender<K> {
  const [state, setState] = useState<{ busy: boolean; error: ApiError | undefined }>({ busy: false, error: undefined });

  async function send(variables: Variables<K>): Promise<Result<K> | undefined> {
    setState({ busy: true, error: undefined });
    try {
      const { data, errors } = await ask(operation, variables);
      setState({ busy: false, error: errors[0] });
      return errors.length ? undefined : data;
    } catch (failure) {
      setState({
        busy: false,
        error: asApiError(failure),
      });
      return undefined;
    }
  }

  return { send, ...state };
}
