import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AWAY, rows, until, visiting, withoutChromium } from './browser.mjs';
import { id, record, run } from './record.mjs';
import { Server } from './server.mjs';
import { owner } from './token.mjs';

const OWNER = owner('outage');

describe('outages', {
  skip: withoutChromium || (process.env.CONSOLE_URL && 'needs a server that may be killed'),
}, () => {
  let server;

  before(async () => {
    server = await Server.start();
  });

  after(() => server?.stop());

  test('after a crash and restart the rows are right without a reload', async () => {
    const running = { event: 'started', id: id(), workflow: 'long' };
    await record(server, OWNER, [run({ workflow: 'before', ago: 60_000 }), running]);
    await visiting(
      OWNER,
      '',
      async page => {
        await page.getByText('before').first().waitFor();
        await page.evaluate(() => {
          document.body.dataset.mark = 'not reloaded';
        });

        await server.kill();
        await page.getByText('Offline.').waitFor();
        assert.equal((await rows(page)).length, 2, 'what was read stays');
        await server.start();
        // By an engine, before the page is back or after.
        await record(server, OWNER, [
          { event: 'finished', id: running.id, workflow: 'long', status: 'FAILED', error: { message: 'no more disk' } },
          run({ workflow: 'while-away', ago: 0, took: 0 }),
        ]);

        await page.getByText('no more disk').waitFor({ timeout: 30_000 });
        await page.getByText('Offline.').waitFor({ state: 'detached' });
        await page
          .getByRole('button', { name: /new run/ })
          .or(page.getByText('while-away'))
          .first()
          .waitFor();
        assert.equal(await page.evaluate(() => document.body.dataset.mark), 'not reloaded');
      },
      { server, expected: [AWAY] },
    );
  });

  test('a browser that loses its network says so, and is right again afterwards', async () => {
    await visiting(
      OWNER,
      '',
      async (page, { context }) => {
        await page.locator('.table-row').first().waitFor();
        const before = (await rows(page)).length;
        // The scripts of the other pages come a while after the first one.
        await page.waitForFunction(() =>
          performance.getEntriesByType('resource').some(({ name }) => name.includes('WorkflowsPage')),
        );

        await context.setOffline(true);
        await page.getByText('Offline.').waitFor({ timeout: 40_000 });
        await page.getByRole('link', { name: 'Workflows' }).click();
        await page.getByText('Nothing was read yet.').waitFor();
        await page.goBack();
        await record(server, OWNER, [run({ workflow: 'unseen', ago: 0, took: 0 })]);
        await context.setOffline(false);

        await page.getByText('Offline.').waitFor({ state: 'detached', timeout: 40_000 });
        await page
          .getByRole('button', { name: /new run/ })
          .or(page.getByText('unseen'))
          .first()
          .waitFor();
        await until(
          () => rows(page),
          now => now.length >= before,
        );
      },
      { server, expected: [AWAY] },
    );
  });
});

describe('a base path', { skip: withoutChromium }, () => {
  let server;

  before(async () => {
    // Without a secret the server makes its own keys and prints a sign-in link, as on a developer's machine.
    server = await Server.start({
      HTTP_BASE_PATH: '/a/b',
      AUTH_SECRET: undefined,
      JAVA_OPTS: '-Drunlog.interactive=true',
    });
  });

  after(() => server?.stop());

  test('prefixes everything, and the printed link signs in once', async () => {
    const [link] = await server.printed(/http:\S+login\?code=\S+/);
    await visiting(
      'developer',
      '',
      async page => {
        await page.goto(link);
        await page.getByRole('button').click();
        await page.waitForURL(`${server.url}/a/b/ui/`);
        await page.getByRole('button', { name: /developer/ }).waitFor();

        await page.getByRole('link', { name: 'Workflows' }).click();
        await page.waitForURL(`${server.url}/a/b/ui/workflows`);
        await page.getByRole('link', { name: /Running now/ }).click();
        await page.waitForURL(`${server.url}/a/b/ui/running`);
        await page.getByRole('img', { name: 'Live' }).waitFor();
        await page.reload();
        await page.getByRole('img', { name: 'Live' }).waitFor();
      },
      { server, base: '/a/b', signedIn: false, expected: [/status of 401/] },
    );
  });
});
