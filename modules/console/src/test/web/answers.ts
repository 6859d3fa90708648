import { vi } from 'vitest';
import { session } from '../../main/web/api/server';

export interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { message: string; extensions: { code: string }; path?: (string | number)[] }[];
}

export type Answers = Record<string, (variables: Record<string, unknown>) => Answer | Promise<Answer>>;

/** A server that answers each operation by its name. Returns the operations that were asked for, with their variables. */
export function answering(answers: Answers): { name: string; variables: Record<string, unknown> }[] {
  const asked: { name: string; variables: Record<string, unknown> }[] = [];
  vi.stubGlobal('fetch', async (_: string, { body, signal }: { body: string; signal?: AbortSignal | null }) => {
    const { operationName: name, variables } = JSON.parse(body);
    asked.push({ name, variables });
    const answer = answers[name];
    if (!answer) throw new Error(`No answer to ${name}`);
    const text = JSON.stringify(await answer(variables));
    signal?.throwIfAborted();
    return new Response(text, { headers: { 'Content-Type': 'application/json' } });
  });
  return asked;
}

export function failure(code: string, ...path: (string | number)[]) {
  return { message: `${code} for a test`, extensions: { code }, path };
}

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { readonly operationName?: string };
}

const subscriptions = new Map<string, { name: string; reply: (message: object) => void }>();

/** Accepts every subscription. */
class AcceptingSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readyState = AcceptingSocket.CONNECTING;
  readonly protocol = 'graphql-transport-ws';
  onopen?: () => void;
  onclose?: (event: object) => void;
  onmessage?: (event: object) => void;

  constructor() {
    queueMicrotask(() => {
      this.readyState = AcceptingSocket.OPEN;
      this.onopen?.();
    });
  }

  send(text: string) {
    const { type, id = '', payload } = JSON.parse(text) as Message;
    const reply = (message: object) => this.onmessage?.({ data: JSON.stringify(message) });
    if (type === 'connection_init') queueMicrotask(() => reply({ type: 'connection_ack' }));
    if (type === 'subscribe') subscriptions.set(id, { name: payload?.operationName ?? '', reply });
    if (type === 'complete') subscriptions.delete(id);
  }

  close(code: number) {
    this.readyState = AcceptingSocket.CLOSED;
    this.onclose?.({ code, reason: '', wasClean: true });
  }
}

/** Connects pages to a socket that accepts every subscription. `send` delivers an event to those of an operation. */
export function subscribing(): { send(name: string, data: unknown): void } {
  vi.stubGlobal('WebSocket', AcceptingSocket);
  session.set({ subject: 'test', scopes: ['executions:read'], expiresAt: '2026-11-28T00:00:00Z', version: 'test' });
  return {
    send(wanted, data) {
      for (const [id, { name, reply }] of subscriptions) {
        if (name === wanted) reply({ id, type: 'next', payload: { data } });
      }
    },
  };
}
