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

/** Other tabs of this browser share the cookie, so they follow each sign-in and sign-out. */
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('runlog-session') : null;
channel?.addEventListener('message', ({ data }) => {
  if (data === 'signed-out') left.set(true);
  void loadSession();
});

/** Asks the server who is signed in. Keeps the current answer while the server cannot be reached. */
export async function loadSession(): Promise<void> {
  try {
    const response = await fetch(`${base}/session`, { cache: 'no-store' });
    if (response.ok) session.set((await response.json()) as Session);
    else if (response.status === 401) session.set('signed-out');
  } catch {
    // Offline: the next request says so.
  }
}

/** Exchanges a token for the session cookie; throws an ApiError with the server's reason if it is refused. */
export async function signIn(token: string): Promise<void> {
  const response = await send('POST', { Authorization: `Bearer ${token}` });
  if (!response.ok) throw await refusal(response);
  session.set((await response.json()) as Session);
  channel?.postMessage('signed-in');
}

export async function signOut(): Promise<void> {
  const response = await send('DELETE', {});
  if (!response.ok) throw await refusal(response);
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
