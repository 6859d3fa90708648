import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { rows, SIGNED_OUT, signInBehindTheScenes, until, visiting, withoutChromium } from './browser.mjs';
import { id, product, record, run } from './record.mjs';
import { ask, sharedServer } from './server.mjs';
import { owner, token } from './token.mjs';

const dialog = page => page.getByRole('dialog', { name: 'Sign in to Runlog' });

async function signIn(page, subject) {
  await dialog(page).getByLabel('Token', { exact: true }).fill(token(subject));
  await dialog(page).getByRole('button', { name: 'Sign in' }).click();
  await dialog(page).waitFor({ state: 'detached' });
}

describe('sign-in', { skip: withoutChromium }, () => {
  test('takes a pasted token, keeps it from scripts, and says what is wrong with another', async () => {
    await visiting(
      owner('signin-alice'),
      '',
      async (page, { context }) => {
        const field = dialog(page).getByLabel('Token', { exact: true });
        await field.fill('not-a-token');
        await field.press('Enter');
        await dialog(page).getByRole('alert').or(dialog(page).locator('.field-error')).first().waitFor();
        assert.equal(await field.inputValue(), '');

        await signIn(page, owner('signin-alice'));
        await page.getByRole('button', { name: /signin-alice/ }).waitFor();

        const [cookie] = await context.cookies();
        assert.equal(cookie.httpOnly, true);
        assert.equal(cookie.sameSite, 'Strict');
        assert.equal(await page.evaluate(() => document.cookie), '');
      },
      { signedIn: false, expected: [SIGNED_OUT] },
    );
  });

  test('Esc does not remove the dialog, however often it is pressed', async () => {
    await visiting(
      owner('signin-escape'),
      '',
      async page => {
        const field = dialog(page).getByLabel('Token', { exact: true });
        await field.waitFor();
        await page.evaluate(() => {
          document.closed = 0;
          document.querySelector('dialog').addEventListener('close', () => document.closed++);
        });
        for (let presses = 0; presses < 4; presses++) await page.keyboard.press('Escape');
        await page.waitForFunction(() => document.closed > 0);

        await page.waitForFunction(() => document.activeElement.matches('dialog[open] input'));
        await signIn(page, owner('signin-escape'));
      },
      { signedIn: false, expected: [SIGNED_OUT] },
    );
  });

  test('a native EventSource and a WebSocket get the cookie', async () => {
    await visiting(owner('signin-streams'), 'running', async page => {
      const opened = await page.evaluate(async () => {
        const query = encodeURIComponent('subscription { runningExecutions { kind } }');
        const source = new EventSource(`/graphql?query=${query}`);
        const event = await new Promise((resolve, reject) => {
          source.addEventListener('next', ({ data }) => resolve(JSON.parse(data)));
          source.addEventListener('error', () => reject(new Error('EventSource failed')));
        });
        source.close();
        const socket = new WebSocket(`ws://${location.host}/graphql`, 'graphql-transport-ws');
        const acknowledged = await new Promise((resolve, reject) => {
          socket.onopen = () => socket.send('{"type":"connection_init"}');
          socket.onmessage = ({ data }) => resolve(JSON.parse(data).type);
          socket.onclose = ({ code }) => reject(new Error(`closed with ${code}`));
        });
        socket.close();
        return { event: event.data.runningExecutions.kind, acknowledged };
      });

      assert.deepEqual(opened, { event: 'SYNCED', acknowledged: 'connection_ack' });
    });
  });

  test('a page of another origin can neither change nor follow anything', async () => {
    const server = await sharedServer();
    await record(server, owner('signin-victim'), [run({ workflow: 'kept', ago: 60_000 })]);
    // Browsers send cookies to all ports of a host.
    const foreign = createServer((_, response) => response.end('<!doctype html>')).listen(0, '127.0.0.1');
    await once(foreign, 'listening');
    try {
      await visiting(
        owner('signin-victim'),
        '',
        async page => {
          await page.goto(`http://127.0.0.1:${foreign.address().port}/`);
          const seen = await page.evaluate(async host => {
            const query = 'mutation { deleteWorkflow(input: {workflowKey: "kept"}) { cleanup { id } } }';
            await fetch(`http://${host}/graphql`, {
              method: 'POST',
              mode: 'no-cors',
              credentials: 'include',
              headers: { 'Content-Type': 'text/plain' },
              body: JSON.stringify({ query }),
            });
            const socket = new WebSocket(`ws://${host}/graphql`, 'graphql-transport-ws');
            const socketAnswer = await new Promise(resolve => {
              socket.onopen = () => socket.send('{"type":"connection_init"}');
              socket.onmessage = ({ data }) => resolve(data);
              socket.onclose = () => resolve('closed');
            });
            const subscription = encodeURIComponent('subscription { runningExecutions { kind } }');
            const source = new EventSource(`http://${host}/graphql?query=${subscription}`, { withCredentials: true });
            const sourceAnswer = await new Promise(resolve => {
              source.addEventListener('next', ({ data }) => resolve(data));
              source.onerror = () => resolve('refused');
            });
            return { socketAnswer, sourceAnswer };
          }, new URL(server.url).host);

          assert.deepEqual(seen, { socketAnswer: 'closed', sourceAnswer: 'refused' });
          const { workflowByKey } = await ask(
            server,
            owner('signin-victim'),
            '{ workflowByKey(key: "kept") { executions { totalCount } } }',
          );
          assert.equal(workflowByKey.executions.totalCount, 1);
        },
        { expected: [/./] },
      );
    } finally {
      foreign.close();
    }
  });

  test('an expired session asks again, and the page stays as it was', async () => {
    const server = await sharedServer();
    await record(server, owner('signin-expiry'), product(48));
    await visiting(
      owner('signin-expiry'),
      '?status=SUCCESS',
      async page => {
        await page.locator('.table-row').first().waitFor();
        await page.evaluate(() => {
          document.querySelector('.table-scroller').dataset.mark = 'same';
        });

        await dialog(page).waitFor({ timeout: 15_000 });
        assert.ok((await page.locator('.table-row').count()) > 0, 'rows stay behind the dialog');
        await signIn(page, owner('signin-expiry'));

        assert.match(page.url(), /status=SUCCESS/);
        assert.equal(await page.locator('.table-scroller').getAttribute('data-mark'), 'same');
        // Live again. The list is read once more after the sign-in, perhaps with the new run.
        await record(server, owner('signin-expiry'), [run({ workflow: 'after-sign-in', ago: 0, took: 0 })]);
        await page
          .getByRole('button', { name: /1 new run/ })
          .or(page.getByText('after-sign-in'))
          .first()
          .waitFor();
      },
      { seconds: 6, expected: [SIGNED_OUT, /WebSocket/] },
    );
  });

  test('signing out in one tab signs out the other', async () => {
    await visiting(
      owner('signin-out'),
      '',
      async (page, { context, server }) => {
        const other = await context.newPage();
        await other.goto(`${server.url}/ui/workflows`);
        await other.getByRole('button', { name: /signin-out/ }).waitFor();

        // A tab in the background draws no frames.
        await page.bringToFront();
        await page.getByRole('button', { name: /signin-out/ }).click();
        await page.getByText('Sign out', { exact: true }).click();

        await dialog(page).waitFor();
        await dialog(other).waitFor();
        assert.deepEqual(await context.cookies(), []);
      },
      { expected: [SIGNED_OUT, /WebSocket/] },
    );
  });

  test('a session that could not be read at the start is read later, and the page becomes live', async () => {
    await visiting(
      owner('signin-repair'),
      '',
      async (page, { context }) => {
        await page.getByRole('button', { name: /signin-repair/ }).waitFor();
        await context.route('**/session', route => route.fulfill({ status: 502, body: 'Bad gateway' }), { times: 1 });
        await page.reload();
        await page.getByRole('button', { name: /signin-repair/ }).waitFor();
        await page.getByRole('img', { name: 'Live' }).waitFor();
      },
      { expected: [/status of 502/] },
    );
  });

  test('after another subject signs in, nothing arrives for the one before', async () => {
    const server = await sharedServer();
    const started = workflow => ({ event: 'started', id: id(), workflow });
    const shows = async (page, workflows) => {
      await until(
        async () => (await rows(page)).map(row => row.workflow).sort(),
        shown => shown.join() === workflows.join(),
        `the runs ${workflows}`,
      );
    };
    const [carl, dora] = [owner('signin-carl'), owner('signin-dora')];
    await record(server, carl, [started('carls')]);
    await record(server, dora, [started('doras')]);
    await visiting(
      carl,
      'running',
      async (page, { context }) => {
        await shows(page, ['carls']);

        // At once, so that the socket of before is still open.
        await page.getByRole('button', { name: /signin-carl/ }).click();
        await page.getByText('Sign out', { exact: true }).click();
        await signIn(page, dora);
        await shows(page, ['doras']);
        await record(server, dora, [started('doras-second')]);
        await record(server, carl, [started('carls-second')]);
        await shows(page, ['doras', 'doras-second']);

        // The link that signs in has no script, and leads to a page that has.
        await signInBehindTheScenes(context, server, carl);
        const other = await context.newPage();
        await other.goto(`${server.url}/ui/workflows`);
        await other.getByRole('button', { name: /signin-carl/ }).waitFor();
        await page.bringToFront();
        await page.getByRole('button', { name: /signin-carl/ }).waitFor();
        await shows(page, ['carls', 'carls-second']);
        await record(server, carl, [started('carls-third')]);
        await shows(page, ['carls', 'carls-second', 'carls-third']);
      },
      { expected: [SIGNED_OUT, /WebSocket/] },
    );
  });

  test('two owners in two browsers see neither rows nor events of each other', async () => {
    const server = await sharedServer();
    await record(server, owner('signin-anna'), [run({ workflow: 'annas', ago: 60_000 })]);
    await record(server, owner('signin-ben'), [run({ workflow: 'bens', ago: 60_000 })]);
    await visiting(owner('signin-anna'), '', async anna => {
      await visiting(owner('signin-ben'), '', async ben => {
        await anna.getByText('annas').first().waitFor();
        await ben.getByText('bens').first().waitFor();

        await record(server, owner('signin-anna'), [run({ workflow: 'annas-second', ago: 0, took: 0 })]);
        await anna.getByRole('button', { name: /1 new run/ }).waitFor();
        await record(server, owner('signin-ben'), [run({ workflow: 'bens-second', ago: 0, took: 0 })]);
        await ben.getByRole('button', { name: /1 new run/ }).waitFor();

        for (const [page, others] of [
          [anna, /bens/],
          [ben, /annas/],
        ]) {
          assert.doesNotMatch(await page.locator('body').textContent(), others);
        }
      });
    });
    const { executions } = await until(
      () => ask(server, owner('signin-ben'), '{ executions { totalCount } }'),
      data => data.executions.totalCount === 2,
    );
    assert.equal(executions.totalCount, 2);
  });
});
