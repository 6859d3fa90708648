import { ApiError } from '../api/errors';
import type { Operation, OperationName, Result, Variables } from '../api/operation';
import { requestText } from '../api/request';
import { type Document, pick, scan } from '../json/scan';

/** An answer, and the text of its JSON values as they were recorded. */
export interface Exact<K extends OperationName> {
  readonly data: Result<K>;
  /** Text of the value at a path below `data`; null if the value is null or missing. */
  text(...path: (string | number)[]): string | null;
}

/** Asks like `request`. JSON values can be read as text: numbers, the order of keys and repeated keys are exact. */
export async function requestExact<K extends OperationName>(
  operation: Operation<K>,
  variables: Variables<K>,
  signal?: AbortSignal,
): Promise<Exact<K>> {
  const response = await requestText(operation, variables, signal);
  let document: Document | undefined;
  return {
    data: (JSON.parse(response) as { data: Result<K> }).data,
    text(...path) {
      document ??= scan(response);
      const value = pick(document, ['data', ...path]);
      return value === undefined || value === 'null' ? null : value;
    },
  };
}

export function asApiError(failure: unknown): ApiError {
  return failure instanceof ApiError ? failure : new ApiError('INTERNAL', String(failure));
}
