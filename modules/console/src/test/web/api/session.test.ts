// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const ALICE = { subject: 'alice', scopes: ['executions:read'], expiresAt: '2026-11-29T00:00:00Z', version: '1' };
const BOB = { ...ALICE, subject: 'bob' };
const QUERY = { name: 'RunningCount' as const, text: 'query RunningCount { executions { totalCount } }' };

/** What the server answers about the cookie; undefined while it is away. */
let cookie: typeof ALICE | null | undefined;
let asked = 0;

async function answer(url: string): Promise<Response> {
  if (url === '/graphql') return new Response('{"data":{"executions":{"totalCount":1}}}');
  asked++;
  if (cookie === undefined) return new Response('Bad gateway', { status: 502 });
  return cookie === null ? new Response('{}', { status: 401 }) : new Response(JSON.stringify(cookie));
}

const channels: BroadcastChannel[] = [];

/** Tabs do not close their channel. */
class Channel extends BroadcastChannel {
  constructor(name: string) {
    super(name);
    channels.push(this);
  }
}

/** The modules of one tab. */
async function openTab() {
  vi.resetModules();
  const server = await import('../../../main/web/api/server');
  const { request } = await import('../../../main/web/api/request');
  return { ...server, request };
}

beforeEach(() => {
  asked = 0;
  vi.stubGlobal('fetch', vi.fn(answer));
  vi.stubGlobal('BroadcastChannel', Channel);
});

afterEach(() => {
  for (const channel of channels.splice(0)) channel.close();
  vi.unstubAllGlobals();
});

test('a request that is answered repairs a session that could not be read', async () => {
  cookie = undefined;
  const { loadSession, session, request } = await openTab();
  await loadSession();
  expect(session.get()).toBe('unknown');

  cookie = ALICE;
  await Promise.all([request(QUERY, {}), request(QUERY, {}), request(QUERY, {})]);
  await vi.waitFor(() => expect(session.get()).toEqual(ALICE));
  expect(asked).toBe(2);

  await request(QUERY, {});
  expect(asked).toBe(2);
});

test('an answer that is older than a sign-in is ignored', async () => {
  cookie = ALICE;
  const { loadSession, session, signIn } = await openTab();
  let release = () => {};
  vi.mocked(fetch).mockImplementationOnce(async url => {
    await new Promise<void>(resolve => {
      release = resolve;
    });
    return answer(String(url));
  });
  const slow = loadSession();
  cookie = BOB;
  await signIn('token');
  cookie = ALICE;
  release();
  await slow;
  expect(session.get()).toEqual(BOB);
});

test('tabs follow a sign-in by a link, which has no script, and do not answer each other', async () => {
  cookie = ALICE;
  const first = await openTab();
  const second = await openTab();
  await first.loadSession();
  await second.loadSession();

  cookie = BOB;
  const opened = await openTab();
  await opened.loadSession();
  await vi.waitFor(() => {
    expect(first.session.get()).toEqual(BOB);
    expect(second.session.get()).toEqual(BOB);
  });

  // The last message: all others have been handled.
  const [one, other] = [new BroadcastChannel('runlog-session'), new BroadcastChannel('runlog-session')];
  const handled = new Promise(resolve => one.addEventListener('message', resolve));
  other.postMessage(BOB);
  await handled;
  expect(asked).toBe(5);
});

test('a tab that waits for a sign-in goes on after one in another tab', async () => {
  cookie = null;
  const waiting = await openTab();
  await waiting.loadSession();
  expect(waiting.session.get()).toBe('signed-out');

  cookie = ALICE;
  await (await openTab()).loadSession();
  await vi.waitFor(() => expect(waiting.session.get()).toEqual(ALICE));
});
