import { vi } from 'vitest';

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
