// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';
import { follow, link } from '../../../main/web/api/live';
import { session } from '../../../main/web/api/server';

const LIVE = { name: 'RunningNow' as const, text: 'subscription RunningNow { runningExecutions { kind cursor } }' };
const of = (subject: string, scopes = ['executions:read']) => ({ subject, scopes, expiresAt: '', version: '1' });

/** Who was signed in when a socket was opened, as the server sees it, and the IDs of what runs on it. */
const sockets: Socket[] = [];

class Socket {
  static readonly OPEN = 1;
  static readonly CONNECTING = 0;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly subject = (session.get() as { subject: string }).subject;
  readonly subscriptions: string[] = [];
  readyState = Socket.CONNECTING;
  onopen = () => {};
  onmessage = (_: { data: string }) => {};
  onclose: ((event: { code: number; reason: string }) => void) | null = () => {};
  onerror: (() => void) | null = null;

  constructor() {
    sockets.push(this);
    queueMicrotask(() => {
      this.readyState = Socket.OPEN;
      this.onopen();
    });
  }

  send(text: string) {
    const message = JSON.parse(text) as { type: string; id: string };
    if (message.type === 'connection_init') this.onmessage({ data: '{"type":"connection_ack"}' });
    if (message.type === 'subscribe') this.subscriptions.push(message.id);
  }

  close(code: number, reason: string) {
    this.readyState = Socket.CLOSED;
    this.onclose?.({ code, reason });
  }
}

vi.stubGlobal('WebSocket', Socket);

const last = () => sockets.at(-1)!;
const start = () => follow(LIVE, {}, { events: () => {} });
const runs = (subject: string) =>
  vi.waitFor(() => expect([last().subject, last().subscriptions.length]).toEqual([subject, 1]), { timeout: 3_000 });

beforeEach(() => {
  sockets.length = 0;
  session.set(of(`someone ${Math.random()}`));
});

test('an unused socket is not kept for another subject', async () => {
  session.set(of('alice'));
  const stop = start();
  await runs('alice');
  stop();
  expect(last().readyState).toBe(Socket.OPEN);

  session.set('signed-out');
  session.set(of('bob'));
  expect(link.get().state).toBe('idle');
  const stopSecond = start();
  await runs('bob');
  expect(sockets.map(({ readyState }) => readyState)).toEqual([Socket.CLOSED, Socket.OPEN]);
  stopSecond();
});

test('what runs moves to a socket of the new subject', async () => {
  session.set(of('alice'));
  const stop = start();
  await runs('alice');

  session.set(of('bob'));
  await runs('bob');
  expect(sockets.length).toBe(2);
  expect(link.get().state).toBe('live');
  stop();
});

test('other scopes need another socket, and a longer session does not', async () => {
  session.set(of('alice'));
  const stop = start();
  await runs('alice');

  session.set({ ...of('alice'), expiresAt: 'later' });
  expect(last().readyState).toBe(Socket.OPEN);
  session.set(of('alice', []));
  expect(last().readyState).toBe(Socket.CLOSED);
  stop();
});
