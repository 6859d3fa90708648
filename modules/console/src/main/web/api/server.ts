import { ApiError, type ErrorCode, offline } from './errors';
import { createStore, type Store } from './store';

export type Scope = 'executions:read' | 'executions:write' | 'executions:cleanup' | 'engine' | 'ops';

export interface Session {
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string;
  /** Version of the server. */
  readonly version: string;
}

const page = document.documentElement.dataset;

/** Prefix of all paths of the server, such as `/runlog`; usually empty. */
export const base: string = page.base ?? '';
export const servesGraphiql: boolean = page.graphiql === 'true';

export const session: Store<Session | 'unknown' | 'signed-out'> = createStore<Session | 'unknown' | 'signed-out'>(
  'unknown',
);

/** Whether the viewer has a scope; false while nobody is signed in. */
export function can(scope: Scope): boolean {
  const current = session.get();
  return typeof current === 'object' && current.scopes.includes(scope);
}

/** Whether the person signed out: then nothing that was read stays on the screen, unlike after an expiry. */
export const left: Store<boolean> = createStore(false);
session.subscribe(current => {
  if (typeof current === 'object') left.set(false);
});

/**
 * Other tabs of this browser share the cookie, so they follow each sign-in and sign-out. A page also announces the session
 * that it finds when it opens, since the link that signs in leads to it without a script. It never answers to a message.
 */
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('runlog-session') : null;
channel?.addEventListener('message', ({ data }: MessageEvent<Session | 'signed-out'>) => {
  if (data === 'signed-out') left.set(true);
  if (JSON.stringify(data) !== JSON.stringify(session.get())) void loadSession();
});

/** Grows with each request for the session, sign-in and sign-out: older answers are out of date. */
let round = 0;

/** Number of requests for the session in progress. */
let asking = 0;

/** Asks for the session again if the request failed although the server answers others. */
export function repairSession(): void {
  if (session.get() === 'unknown' && asking === 0) void loadSession();
}

/** Asks the server who is signed in. Keeps the current answer while the server cannot be reached. */
export async function loadSession(): Promise<void> {
  const asked = ++round;
  asking++;
  try {
    const response = await fetch(`${base}/session`, { cache: 'no-store' });
    if (!response.ok && response.status !== 401) return;
    const answer = response.ok ? ((await response.json()) as Session) : 'signed-out';
    if (asked !== round) return;
    const isFirst = session.get() === 'unknown';
    session.set(answer);
    if (isFirst && answer !== 'signed-out') channel?.postMessage(answer);
  } catch {
    // Offline: the next request says so.
  } finally {
    asking--;
  }
}

/** Exchanges a token for the session cookie; throws an ApiError with the server's reason if it is refused. */
export async function signIn(token: string): Promise<void> {
  const response = await send('POST', { Authorization: `Bearer ${token}` });
  if (!response.ok) throw await refusal(response);
  const answer = (await response.json()) as Session;
  round++;
  session.set(answer);
  channel?.postMessage(answer);
}

export async function signOut(): Promise<void> {
  const response = await send('DELETE', {});
  if (!response.ok) throw await refusal(response);
  round++;
  left.set(true);
  session.set('signed-out');
  channel?.postMessage('signed-out');
}

async function send(method: string, headers: Record<string, string>): Promise<Response> {
  try {
    return await fetch(`${base}/session`, { method, headers, cache: 'no-store' });
  } catch {
    throw offline();
  }
}

interface RestError {
  error?: { code?: string; message?: string };
  code?: string;
  message?: string;
}

async function refusal(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as RestError;
  const { code, message } = body.error ?? body;
  return new ApiError((code ?? 'INTERNAL') as ErrorCode, message ?? `The server answered ${response.status}.`);
}
