import { type Client, createClient } from 'graphql-ws';
import { type ApiError, fromGraphQl, type GraphQlError } from './errors';
import { type EventQueue, eventQueue } from './event-queue';
import type { Operation, OperationName, Result, Variables } from './operation';
import { reachedAt } from './request';
import { base, loadSession, session } from './server';
import { createStore, type Store } from './store';

export type LiveState = 'connecting' | 'live' | 'offline';

/** State of the one connection that all subscriptions share, and when it is tried again. */
export interface Link {
  /** `idle` while no page subscribes to anything. */
  readonly state: LiveState | 'idle';
  readonly since: number;
  readonly retryAt: number | null;
  /** Since when requests reach the server although this connection is offline; null if it is not, or if none did. */
  readonly answeredSince: number | null;
}

export interface Follower<K extends OperationName> {
  /** New events, in order, without RESET. Called at most once a frame, or once a second in a hidden tab. */
  events(batch: readonly Result<K>[]): void;
  /** Everything received is out of date: ask again. Events that follow are newer than this call. */
  reset?(): void;
  state?(state: LiveState): void;
  /** The server refused the subscription, which has ended. */
  error?(error: ApiError): void;
  /** The server completed the subscription. */
  end?(): void;
}

export const link: Store<Link> = createStore<Link>({
  state: 'idle',
  since: Date.now(),
  retryAt: null,
  answeredSince: null,
});

const RETRY_WAIT_MAX_MILLIS = 30_000;
const BUSY_WAIT_MILLIS = 10_000;
/** Keeps the socket while one page unsubscribes and the next one subscribes. */
const IDLE_MILLIS = 3_000;
const PING_MILLIS = 15_000;
const PONG_WAIT_MILLIS = 10_000;

/**
 * Follows a subscription until the returned function is called. It survives lost connections, restarted servers and
 * expired sessions: it continues after the last cursor, or calls `reset`.
 */
export function follow<K extends OperationName>(
  operation: Operation<K>,
  variables: Variables<K>,
  follower: Follower<K>,
): () => void {
  following++;
  let stopped = false;
  let dispose = () => {};
  let connectedBefore = false;
  const payload = { query: operation.text, operationName: operation.name, variables: { ...variables } as Fields };
  const resumes = /\$after\b/.test(operation.text);
  const queue: EventQueue<Result<K>> = eventQueue(
    batch => follower.events(batch),
    () => follower.reset?.(),
  );
  const unfollowLink = link.subscribe(({ state }) => {
    if (state !== 'idle') follower.state?.(state);
    if (state !== 'live') return;
    if (connectedBefore && !resumes) queue.reset();
    connectedBefore = true;
  });

  function receive(message: { data?: unknown; errors?: readonly unknown[] | null }) {
    const data = message.data as (Result<K> & Fields) | null | undefined;
    const [root] = Object.values(data ?? {}) as ({ cursor?: string; kind?: string } | null)[];
    if (!data || !root) {
      const [error] = message.errors ?? [];
      if (error) follower.error?.(fromGraphQl(error as GraphQlError));
      return;
    }
    // The client sends this object again whenever it reconnects.
    if (resumes && root.cursor) payload.variables.after = root.cursor;
    if (root.kind === 'RESET') queue.reset();
    else queue.add(data);
  }

  function start() {
    if (stopped) return;
    connectedBefore ||= link.get().state === 'live';
    dispose = client().subscribe(payload, {
      next: receive,
      error(problem) {
        if (stopped) return;
        if (Array.isArray(problem)) {
          const [error] = problem.map(one => fromGraphQl(one as GraphQlError));
          if (error?.isTemporary) setTimeout(start, error.retryAfterMillis ?? BUSY_WAIT_MILLIS);
          else if (error?.code === 'UNAUTHENTICATED') expired();
          else if (error) follower.error?.(error);
          return;
        }
        // Closed with a code after which the client gives up.
        if ((problem as CloseEvent).code === 4401) expired();
        else setTimeout(start, BUSY_WAIT_MILLIS);
      },
      complete() {
        if (!stopped) follower.end?.();
      },
    });
  }

  function expired() {
    session.set('signed-out');
    whenSignedIn(start);
  }

  whenSignedIn(start);
  return () => {
    if (stopped) return;
    following--;
    stopped = true;
    unfollowLink();
    queue.stop();
    dispose();
  };
}

/** Tries again at once, if the connection is down. Questions that failed are asked again, too. */
export function retryNow(): void {
  retries.set(retries.get() + 1);
  wake();
}

/** Counts how often the person asked to try again. */
export const retries: Store<number> = createStore(0);

type Fields = Record<string, unknown>;

let wake = () => {};
let shared: Client | null = null;
/** Number of subscriptions that pages follow. */
let following = 0;

function client(): Client {
  shared ??= connect();
  return shared;
}

/** Subject and scopes of the last session. A socket keeps those with which it was opened. */
let identity = '';
session.subscribe(current => {
  if (typeof current !== 'object') return;
  const next = JSON.stringify([current.subject, current.scopes]);
  if (next !== identity) shared?.terminate();
  identity = next;
});

function connect(): Client {
  let pongTimeout: ReturnType<typeof setTimeout> | undefined;
  addEventListener('online', () => wake());
  addEventListener('focus', () => wake());
  // The server is back.
  reachedAt.subscribe(at => {
    const current = link.get();
    if (current.state !== 'offline') return;
    link.set({ ...current, answeredSince: current.answeredSince ?? at });
    wake();
  });
  return createClient({
    url: `${location.protocol.replace('http', 'ws')}//${location.host}${base}/graphql`,
    lazyCloseTimeout: IDLE_MILLIS,
    connectionAckWaitTimeout: 10_000,
    keepAlive: PING_MILLIS,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait,
    on: {
      connecting: () => setLink('connecting'),
      connected: () => setLink('live'),
      closed(event) {
        clearTimeout(pongTimeout);
        const { code } = event as CloseEvent;
        // The token expired: ask who is signed in, which opens the dialog.
        if (code === 4401 || code === 4403) void loadSession();
        setLink(code === 1000 || following === 0 ? 'idle' : 'offline');
      },
      ping(received) {
        if (received) return;
        clearTimeout(pongTimeout);
        pongTimeout = setTimeout(() => shared?.terminate(), PONG_WAIT_MILLIS);
      },
      pong: () => clearTimeout(pongTimeout),
    },
  });
}

async function retryWait(attempts: number): Promise<void> {
  if (typeof session.get() !== 'object') await new Promise<void>(whenSignedIn);
  const millis = Math.min(RETRY_WAIT_MAX_MILLIS, 500 * 2 ** Math.min(attempts, 6)) * (0.5 + Math.random());
  setLink('offline', Date.now() + millis);
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, millis);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function setLink(state: Link['state'], retryAt: number | null = null) {
  const { state: before, since, answeredSince } = link.get();
  // "connecting" during an outage is part of the outage.
  const next = before === 'offline' && state === 'connecting' ? 'offline' : state;
  const isSame = next === before;
  link.set({
    state: next,
    since: isSame ? since : Date.now(),
    retryAt,
    answeredSince: isSame ? answeredSince : null,
  });
}

function whenSignedIn(then: () => void) {
  if (typeof session.get() === 'object') {
    then();
    return;
  }
  const unfollow = session.subscribe(current => {
    if (typeof current !== 'object') return;
    unfollow();
    then();
  });
}
