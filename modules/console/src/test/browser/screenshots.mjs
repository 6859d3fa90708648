// Pictures of all pages, to look at: node src/test/browser/screenshots.mjs [name]. They are in target/screenshots.
import { test } from 'node:test';
import { picture, visiting } from './browser.mjs';
import { IMPORT_ERROR, id, product, record, run, steps } from './record.mjs';
import { ask, sharedServer } from './server.mjs';
import { owner } from './token.mjs';

const OWNER = owner('pictures');
const only = process.argv[2] ?? '';

const server = await sharedServer();
const failed = run({
  workflow: 'import-orders',
  ago: 40 * 60_000,
  took: 95_000,
  status: 'FAILED',
  error: IMPORT_ERROR,
  trigger: 'schedule',
  labels: { env: 'prod', region: 'eu' },
  payload: {
    file: 'orders-2026-11-27.csv',
    columns: ['id', 'price', 'amount'],
    options: { delimiter: ';', strict: true },
  },
  result: { read: 1704, written: 0 },
});
await record(server, OWNER, [
  ...product(),
  {
    event: 'steps',
    id: failed.id,
    workflow: 'import-orders',
    steps: steps(45, { failing: 17, start: Date.now() - 40 * 60_000 }),
  },
  failed,
  {
    event: 'started',
    id: id(Date.now() - 40_000),
    workflow: 'import-orders',
    trigger: 'manual',
    heartbeatTimeout: 'PT2M',
  },
  { event: 'started', id: id(Date.now() - 9_000), workflow: 'send-invoices', labels: { env: 'prod', region: 'eu' } },
  { event: 'queued', id: id(Date.now() - 2_000), workflow: 'report' },
]);
const { workflowByKey } = await ask(server, OWNER, '{ workflowByKey(key: "import-orders") { id } }');
await ask(
  server,
  OWNER,
  `mutation($workflow: ID!, $failed: ID!) {
    all: setRetentionPolicy(input: { keepFor: "P90D", keepLast: 10 }) { retentionPolicy { id } }
    one: setRetentionPolicy(input: { workflowId: $workflow, keepFor: "P7D", statuses: [SUCCESS] }) { retentionPolicy { id } }
    holdExecution(input: { executionId: $failed, reason: "For the audit" }) { execution { id } }
    cleanupExecutions(input: { olderThan: "P6D" }) { cleanup { id } }
  }`,
  { workflow: workflowByKey.id, failed: failed.id },
);
const pages = {
  runs: '',
  'runs-failed': '?status=FAILED&last=7d',
  'runs-nothing': '?status=FAILED&q=nothing-like-this',
  run: `executions/${failed.id}`,
  'run-unknown': 'executions/019e7c00-0000-7000-8000-000000000000',
  workflows: 'workflows',
  workflow: `workflows/${workflowByKey.id}`,
  running: 'running',
  'runs-filters':
    '?status=FAILED,SUCCESS&last=7d&label=env:prod&min=1s&trigger=schedule&cols=nothing,status,workflow,start,error',
  cleanup: 'cleanup?olderThan=P7D',
  'cleanup-policies': 'cleanup?tab=policies',
  'cleanup-held': 'cleanup?tab=held',
  'cleanup-past': 'cleanup?tab=past',
};
const shown = Object.entries(pages).filter(([name]) => name.startsWith(only));

test('pictures', async () => {
  for (const [kind, options] of [
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['phone', { width: 390, height: 780 }],
  ]) {
    await visiting(
      OWNER,
      '',
      async page => {
        for (const [name, path] of shown) {
          await page.goto(`${server.url}/ui/${path}`);
          await page.waitForLoadState('networkidle');
          await page.waitForTimeout(300);
          await picture(page, `${name}-${kind}`);
        }
      },
      { ...options, expected: [/./] },
    );
  }
  await visiting(
    owner('nobody'),
    '',
    async page => {
      await page.waitForLoadState('networkidle');
      await picture(page, 'first-run');
      await page.context().setOffline(true);
      await page.getByText('Offline.').waitFor({ timeout: 40_000 });
      await picture(page, 'offline');
      await page.context().clearCookies();
    },
    { expected: [/./] },
  );
  await visiting(
    owner('nobody'),
    '',
    async page => {
      await page.getByRole('dialog').waitFor();
      await picture(page, 'sign-in');
    },
    { signedIn: false, expected: [/./] },
  );
});
