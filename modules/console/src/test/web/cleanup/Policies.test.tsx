// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { session } from '../../../main/web/api/server';
import { Policies } from '../../../main/web/cleanup/Policies';

const POLICY = {
  id: 'policy-1',
  owner: 'alice',
  workflowId: null,
  workflow: null,
  statuses: ['FAILED'],
  keepFor: 'P7D',
  keepLast: null,
  fromConfiguration: false,
  lastRunAt: null,
  lastCleanup: null,
  overdue: 0,
  overdueSince: null,
};
const ANSWERS: Record<string, unknown> = {
  Policies: { retentionPolicies: { nodes: [POLICY] } },
  SetPolicy: { setRetentionPolicy: { retentionPolicy: POLICY } },
  RequestCleanup: { cleanupExecutions: { cleanup: null } },
  WorkflowChoices: { workflows: { nodes: [] } },
};

const button = (text: string) =>
  [...document.querySelectorAll('button')].find(({ textContent }) => textContent === text);
const click = (text: string) => act(() => button(text)!.click());
const show = (workflow: string | null) => act(() => render(<Policies workflow={workflow} />, document.body));
const firstControl = () => document.querySelector('form select');

beforeEach(() => {
  session.set({ subject: 'alice', scopes: ['executions:cleanup'], expiresAt: '2026-11-29T00:00:00Z', version: '1' });
  vi.stubGlobal('fetch', async (_: string, { body }: { body: string }) => {
    return new Response(JSON.stringify({ data: ANSWERS[JSON.parse(body).operationName] ?? { workflow: null } }));
  });
});

afterEach(async () => {
  await act(() => render(null, document.body));
  vi.unstubAllGlobals();
});

test('the form has the focus when it opens, and the button that opened it when it closes', async () => {
  await show(null);
  await vi.waitFor(() => expect(button('Edit')).toBeDefined());
  expect(document.activeElement).toBe(document.body);

  for (const opens of ['Edit', 'Add a policy…']) {
    for (const closes of ['Cancel', 'Save the policy']) {
      await click(opens);
      expect(firstControl()).not.toBeNull();
      expect(document.activeElement).toBe(firstControl());
      await click(closes);
      await vi.waitFor(() => expect(firstControl()).toBeNull());
      await vi.waitFor(() => expect(document.activeElement?.textContent).toBe(opens));
    }
  }
});

test('a link to the form of a workflow leads into it', async () => {
  await show('workflow-1');
  expect(firstControl()).not.toBeNull();
  expect(document.activeElement).toBe(firstControl());
});
