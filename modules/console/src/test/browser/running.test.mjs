import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rows, until, visiting, withoutChromium } from './browser.mjs';
import { id, record, run } from './record.mjs';
import { sharedServer } from './server.mjs';
import { owner } from './token.mjs';

describe('running now', { skip: withoutChromium }, () => {
  test('shows what runs with its elapsed time and heartbeat, live, the longest first', async () => {
    const server = await sharedServer();
    const subject = owner('running');
    const long = { event: 'started', id: id(Date.now() - 120_000), workflow: 'long', heartbeatTimeout: 'PT5M' };
    const short = { event: 'started', id: id(Date.now() - 10_000), workflow: 'short' };
    const queued = { event: 'queued', id: id(), workflow: 'waiting' };
    await record(server, subject, [short, long, queued, run({ workflow: 'over', ago: 60_000 })]);
    await visiting(subject, 'running', async page => {
      const [first, second, third] = await until(
        () => rows(page),
        shown => shown.length === 3,
      );
      assert.deepEqual([first.workflow, second.workflow, third.workflow], ['long', 'short', 'waiting']);
      assert.match(first.elapsed, /^2 m/);
      assert.match(first.heartbeat, / ago$/);
      assert.equal(third.status, 'Queued');
      assert.equal(await page.getByRole('link', { name: /Running now/ }).textContent(), 'Running now2');
      await until(
        async () => (await rows(page))[0].elapsed,
        elapsed => elapsed !== first.elapsed,
        'the elapsed time to count',
      );

      await record(server, subject, [
        { event: 'finished', id: short.id, workflow: 'short', status: 'SUCCESS' },
        { event: 'started', id: id(), workflow: 'new' },
      ]);
      await until(
        () => rows(page),
        shown => shown.some(row => row.workflow === 'new'),
      );
      // What ended shows its status before it folds away.
      await until(
        () => rows(page),
        shown => !shown.some(row => row.workflow === 'short'),
      );
    });
  });

  test('says so if nothing runs, with the last run', async () => {
    const server = await sharedServer();
    const subject = owner('running-idle');
    await record(server, subject, [run({ workflow: 'nightly', ago: 60_000 })]);
    await visiting(subject, 'running', async page => {
      await page.getByText('Nothing is running.').waitFor();
      await page.getByRole('link', { name: 'nightly' }).waitFor();
    });
  });
});

describe('the first run', { skip: withoutChromium }, () => {
  test('is explained with commands to copy, and appears live when it is recorded', async () => {
    const server = await sharedServer();
    const subject = owner('first');
    await visiting(subject, '', async (page, { context }) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByRole('heading', { name: 'Record your first run' }).waitFor();
      // Pages of other tests share the clipboard.
      await until(
        async () => {
          await page
            .getByRole('button', { name: /^Copy the command|^Copied/ })
            .first()
            .click();
          return page.evaluate(() => navigator.clipboard.readText());
        },
        copied => new RegExp(`RUNLOG_URL=${server.url} .*--subject ${subject}`).test(copied),
        'the command in the clipboard',
      );
      await page.getByRole('img', { name: 'Live' }).waitFor();

      const started = { event: 'started', id: id(), workflow: 'hello' };
      await record(server, subject, [started]);
      await page.getByRole('link', { name: 'hello' }).waitFor();
      await record(server, subject, [{ event: 'finished', id: started.id, workflow: 'hello', status: 'SUCCESS' }]);
      await page.getByText('Success').waitFor();

      await page.getByRole('button', { name: 'Show all runs' }).click();
      await until(
        () => rows(page),
        shown => shown.length === 1 && shown[0].workflow === 'hello',
      );
    });
  });
});
