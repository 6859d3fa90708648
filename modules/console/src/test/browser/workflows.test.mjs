import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { rows, until, visiting, withoutChromium } from './browser.mjs';
import { product, record, run } from './record.mjs';
import { ask, sharedServer } from './server.mjs';
import { owner } from './token.mjs';

const OWNER = owner('workflows');
const DAY = 86_400_000;

describe('workflows', { skip: withoutChromium }, () => {
  let server;
  let workflow;

  before(async () => {
    server = await sharedServer();
    await record(server, OWNER, product(120));
    ({ workflowByKey: workflow } = await ask(
      server,
      OWNER,
      'query($from: DateTime!) { workflowByKey(key: "import-orders") { id statistics(from: $from, interval: DAY, withEmptyIntervals: true) { intervals { recorded { total failed } } } } }',
      { from: new Date(Math.floor(Date.now() / DAY) * DAY - 29 * DAY).toISOString() },
    ));
  });

  test('the list shows success, durations, runs, trend and the last run of each', async () => {
    await visiting(OWNER, 'workflows', async page => {
      const list = await until(
        () => rows(page),
        shown => shown.length === 3 && shown.every(({ runs }) => /\d/.test(runs ?? '')),
        'figures of three workflows',
      );
      const imports = list.find(({ name }) => name.startsWith('import-orders'));
      assert.equal(imports.runs, '5');
      // 3 of 5 failed.
      assert.match(imports.success, /40/);
      assert.match(imports.durations, /1 m \d+ s/);
      await page.getByRole('img', { name: /import-orders: 5 runs and 3 failures/ }).waitFor();
      assert.match(imports.last, /Failed/);
    });
  });

  test('search and order are in the URL', async () => {
    await visiting(OWNER, 'workflows', async page => {
      await page.getByLabel('Search by name or key').fill('invoice');
      await page.waitForURL(/q=invoice/);
      await until(
        () => rows(page),
        shown => shown.length === 1,
      );
      // However much is pasted, the server accepts the URL.
      await page.getByLabel('Search by name or key').fill('x'.repeat(7000));
      await page.waitForURL(/q=xxx/);
      assert.equal((await page.reload()).status(), 200);
      await page.goto(`${server.url}/ui/workflows?sort=failures`);
      const [first] = await until(
        () => rows(page),
        shown => shown.length > 0,
      );
      assert.match(first.name, /^import-orders/);
    });
  });

  test('the page of one shows the same figures as the API, as charts and as a table', async () => {
    await visiting(OWNER, `workflows/${workflow.id}`, async page => {
      await page.locator('.workflow-charts canvas').first().waitFor();
      assert.equal(await page.locator('.workflow-charts canvas').count(), 3);

      await page.getByRole('button', { name: 'Show as table' }).click();
      const table = page.getByRole('region', { name: /Trend/ }).getByRole('row');
      const shown = await table.evaluateAll(lines =>
        lines.slice(1).map(line => [...line.querySelectorAll('td')].slice(0, 3).map(cell => Number(cell.textContent))),
      );
      const expected = workflow.statistics.intervals.map(({ recorded }) => [recorded.total, recorded.failed]).reverse();
      assert.deepEqual(
        shown.map(([total, , failed]) => [total, failed]),
        expected,
      );
    });
  });

  test('a day leads to its runs', async () => {
    await visiting(OWNER, `workflows/${workflow.id}`, async page => {
      await page.getByRole('button', { name: 'Show as table' }).click();
      await page.locator('.workflow-table th[scope=row] a').first().click();
      await page.waitForURL(/\/ui\/\?workflow=.*from=.*to=/);
      await page.getByText('import-orders').first().waitFor();
    });
  });

  test('its last runs are live, and lead to the run', async () => {
    const subject = owner('workflows-live');
    await record(server, subject, [run({ workflow: 'hourly', ago: DAY / 24 })]);
    const { workflowByKey } = await ask(server, subject, '{ workflowByKey(key: "hourly") { id } }');
    await visiting(subject, `workflows/${workflowByKey.id}`, async page => {
      const last = page.getByRole('region', { name: 'Last runs' }).locator('tbody tr');
      await until(
        () => last.count(),
        count => count === 1,
      );
      await page.getByRole('img', { name: 'Live' }).waitFor();

      const failed = run({ workflow: 'hourly', ago: 0, took: 0, status: 'FAILED', error: { message: 'rate limited' } });
      await record(server, subject, [failed]);

      await last.getByText('rate limited').waitFor();
      await last.getByRole('link', { name: 'Failed' }).click();
      await page.waitForURL(new RegExp(failed.id));
    });
  });

  test('the trend counts every run, also one that comes soon after another', async () => {
    const subject = owner('workflows-trend');
    await record(server, subject, [run({ workflow: 'hourly', ago: 60_000 })]);
    const { workflowByKey } = await ask(server, subject, '{ workflowByKey(key: "hourly") { id } }');
    await visiting(subject, `workflows/${workflowByKey.id}`, async page => {
      await page.getByRole('button', { name: 'Show as table' }).click();
      await page.getByRole('img', { name: 'Live' }).waitFor();
      const today = page.getByRole('region', { name: /Trend/ }).locator('tbody tr').first().locator('td');
      const counts = async failed =>
        until(
          () => today.nth(2).textContent(),
          text => text === failed,
          `${failed} failed runs in the trend`,
        );

      await record(server, subject, [run({ workflow: 'hourly', ago: 0, took: 0, status: 'FAILED' })]);
      await counts('1');
      await record(server, subject, [run({ workflow: 'hourly', ago: 0, took: 0, status: 'FAILED' })]);
      await counts('2');
    });
  });

  test('an unknown workflow is explained', async () => {
    await visiting(OWNER, 'workflows/019e7c00-0000-7000-8000-000000000000', async page => {
      const missing = page.getByRole('heading', { name: 'There is no workflow with this ID.' });
      await missing.waitFor();

      await page.goto(`${server.url}/ui/workflows/xyz`);
      await missing.waitFor();
      assert.equal(await page.getByRole('alert').count(), 0);
    });
  });
});
