export type ErrorCode =
  | 'BAD_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'OVERLOADED'
  | 'INTERNAL'
  /** The server cannot be reached. The only code that the server never sends. */
  | 'OFFLINE';

/** An error as returned by the server, or OFFLINE. The message is written for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly retryAfterMillis: number | null;
  readonly incident: string | null;
  /** Path of the field that failed, such as `['executions', 'statusCounts']`; empty for the request as a whole. */
  readonly path: readonly (string | number)[];

  constructor(
    code: ErrorCode,
    message: string,
    more: { retryAfterMillis?: number | null; incident?: string | null; path?: readonly (string | number)[] } = {},
  ) {
    super(message);
    this.code = code;
    this.retryAfterMillis = more.retryAfterMillis ?? null;
    this.incident = more.incident ?? null;
    this.path = more.path ?? [];
  }

  /** Whether the same request may succeed later without a change. */
  get isTemporary(): boolean {
    return this.code === 'RATE_LIMITED' || this.code === 'OVERLOADED' || this.code === 'OFFLINE';
  }
}

export function offline(): ApiError {
  return new ApiError('OFFLINE', 'The server cannot be reached.');
}

/** What was caught, as an error that can be shown. */
export function asApiError(failure: unknown): ApiError {
  return failure instanceof ApiError ? failure : new ApiError('INTERNAL', String(failure));
}

export interface GraphQlError {
  message?: string;
  path?: (string | number)[];
  extensions?: { code?: string; retryAfterMillis?: number; incident?: string };
}

export function fromGraphQl(error: GraphQlError): ApiError {
  const { code, retryAfterMillis, incident } = error.extensions ?? {};
  return new ApiError((code ?? 'INTERNAL') as ErrorCode, error.message ?? 'The request failed.', {
    retryAfterMillis: retryAfterMillis ?? null,
    incident: incident ?? null,
    path: error.path ?? [],
  });
}
