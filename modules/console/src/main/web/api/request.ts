import { ApiError, fromGraphQl, type GraphQlError, offline } from './errors';
import type { Operation, OperationName, Result, Variables } from './operation';
import { base, repairSession, session } from './server';
import { createStore, type Store } from './store';

/** Since when requests do not reach the server; null if the last one did. */
export const unreachableSince: Store<number | null> = createStore<number | null>(null);

/** When a request last reached the server, in milliseconds since 1970; null before the first one. */
export const reachedAt: Store<number | null> = createStore<number | null>(null);

/** Data with the errors of the fields that are null because of them. */
export interface Answer<K extends OperationName> {
  readonly data: Result<K>;
  readonly errors: readonly ApiError[];
}

/** Asks the server. Throws an ApiError if nothing was returned; fields that failed are null otherwise. */
export async function request<K extends OperationName>(
  operation: Operation<K>,
  variables: Variables<K>,
  signal?: AbortSignal,
): Promise<Result<K>> {
  return (await ask(operation, variables, signal)).data;
}

/** Like `request`, with the errors of single fields. */
export async function ask<K extends OperationName>(
  operation: Operation<K>,
  variables: Variables<K>,
  signal?: AbortSignal,
): Promise<Answer<K>> {
  return read(await post(operation, variables, signal));
}

/** Like `request`, but returns the text of the response: numbers and the order of keys stay as the server sent them. */
export async function requestText<K extends OperationName>(
  operation: Operation<K>,
  variables: Variables<K>,
  signal?: AbortSignal,
): Promise<string> {
  const text = await post(operation, variables, signal);
  read(text);
  return text;
}

async function post<K extends OperationName>(
  operation: Operation<K>,
  variables: Variables<K>,
  signal?: AbortSignal,
): Promise<string> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ query: operation.text, operationName: operation.name, variables }),
      signal: signal ?? null,
    });
    text = await response.text();
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw unreachable();
  }
  if (response.status < 502) {
    unreachableSince.set(null);
    reachedAt.set(Date.now());
  }
  if (response.status === 401) session.set('signed-out');
  else if (response.status < 502) repairSession();
  if (text.startsWith('{')) return text;
  // A proxy in between answers with a page of its own while the server is away.
  throw response.status >= 502
    ? unreachable()
    : new ApiError('INTERNAL', `The server answered ${response.status} without JSON.`);
}

function unreachable(): ApiError {
  unreachableSince.set(unreachableSince.get() ?? Date.now());
  return offline();
}

function read<K extends OperationName>(text: string): Answer<K> {
  const body = JSON.parse(text) as {
    data?: Result<K> | null;
    errors?: GraphQlError[];
    error?: { code?: string; message?: string; retryAfterMillis?: number; incident?: string };
  };
  const errors = (body.errors ?? []).map(fromGraphQl);
  if (body.error) {
    const { message, ...extensions } = body.error;
    errors.push(fromGraphQl({ ...(message === undefined ? {} : { message }), extensions }));
  }
  if (errors.some(error => error.code === 'UNAUTHENTICATED')) session.set('signed-out');
  if (body.data && Object.values(body.data).some(value => value !== null)) return { data: body.data, errors };
  const [first] = errors;
  if (first) throw first;
  if (body.data) return { data: body.data, errors };
  throw new ApiError('INTERNAL', 'The server returned neither data nor errors.');
}
