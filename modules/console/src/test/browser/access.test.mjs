import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { violations } from './axe.mjs';
import { visiting, withoutChromium } from './browser.mjs';
import { IMPORT_ERROR, id, product, record, run, steps } from './record.mjs';
import { ask, sharedServer } from './server.mjs';
import { owner } from './token.mjs';

const OWNER = owner('access');

/** Path of each page below /ui/, and what shows that it is there. */
let pages;

describe('access', { skip: withoutChromium }, () => {
  before(async () => {
    const server = await sharedServer();
    const failed = run({
      workflow: 'import-orders',
      ago: 60_000,
      status: 'FAILED',
      error: IMPORT_ERROR,
      payload: { a: 1 },
    });
    await record(server, OWNER, [
      ...product(72),
      {
        event: 'steps',
        id: failed.id,
        workflow: 'import-orders',
        steps: steps(30, { failing: 17, start: Date.now() - 60_000 }),
      },
      failed,
      { event: 'started', id: id(), workflow: 'import-orders', heartbeatTimeout: 'PT10M' },
    ]);
    const { workflowByKey } = await ask(server, OWNER, '{ workflowByKey(key: "import-orders") { id } }');
    pages = {
      runs: '',
      run: `executions/${failed.id}`,
      workflows: 'workflows',
      workflow: `workflows/${workflowByKey.id}`,
      running: 'running',
      cleanup: 'cleanup',
      'cleanup policies': 'cleanup?tab=policies',
      'cleanup holds': 'cleanup?tab=held',
      'cleanup ledger': 'cleanup?tab=past',
    };
  });

  test('axe finds nothing on any page, in both themes, also on a narrow screen', async () => {
    await visiting(OWNER, '', async (page, { server }) => {
      const found = [];
      for (const [name, path] of Object.entries(pages)) {
        await page.setViewportSize({ width: 1280, height: 800 });
        await page.goto(`${server.url}/ui/${path}`);
        await settled(page);
        await page.emulateMedia({ colorScheme: 'light' });
        found.push(...(await violations(page, `${name}, light`)));
        await page.emulateMedia({ colorScheme: 'dark' });
        found.push(...(await violations(page, `${name}, dark`)));
        await page.setViewportSize({ width: 390, height: 780 });
        found.push(...(await violations(page, `${name}, dark, narrow`)));
      }
      assert.deepEqual(found, []);
    });
  });

  test('nothing scrolls sideways on a narrow screen', async () => {
    await visiting(
      OWNER,
      '',
      async (page, { server }) => {
        const tooWide = [];
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(`${server.url}/ui/${path}`);
          await settled(page);
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          if (width > 320) tooWide.push(`${name}: ${width} px`);
        }
        assert.deepEqual(tooWide, []);
      },
      { width: 320, height: 640 },
    );
    await visiting(
      OWNER,
      '',
      async page => {
        await page.locator('.histogram-axis span').first().waitFor();
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 640);
      },
      { width: 640, height: 400, deviceScaleFactor: 2 },
    );
  });

  test('everything works by keyboard', async () => {
    await visiting(OWNER, '', async page => {
      await page.locator('.table-row').first().waitFor();
      const press = async (...keys) => {
        for (const key of keys) await page.keyboard.press(key);
      };

      await press('j', 'j', 'k');
      await page.locator('.table-row:focus').waitFor();
      const focused = await page.locator('.table-row:focus').getAttribute('aria-rowindex');
      assert.equal(focused, '2');
      const outline = await page.locator('.table-row:focus').evaluate(row => getComputedStyle(row).outlineStyle);
      assert.equal(outline, 'solid', 'the focus is visible');

      await press('o');
      await page.waitForURL(/\/ui\/executions\//);
      await page.goBack();
      await page.waitForURL(/\/ui\/(\?.*)?$/);

      await press('/');
      await page.keyboard.type('orders');
      await page.waitForURL(/q=orders/);
      await press('Escape');

      await press('?');
      const help = page.getByRole('dialog');
      await help.waitFor();
      await press('Escape');
      await help.waitFor({ state: 'detached' });

      for (const [key, url] of [
        ['w', /\/ui\/workflows$/],
        ['n', /\/ui\/running$/],
        ['c', /\/ui\/cleanup/],
        ['r', /\/ui\/$/],
      ]) {
        await press('g', key);
        await page.waitForURL(url);
      }

      const before = await page.evaluate(() => document.documentElement.dataset.theme);
      await press('t');
      await page.waitForFunction(theme => document.documentElement.dataset.theme !== theme, before);
    });
  });

  test('without a scope, the page says which one is needed', async () => {
    await visiting(
      OWNER,
      'cleanup',
      async page => {
        await page.getByText('executions:cleanup').first().waitFor();
      },
      { scopes: ['executions:read'] },
    );
  });

  test('nothing moves for people who ask for that', async () => {
    await visiting(
      OWNER,
      'running',
      async page => {
        await page.locator('.table-row').first().waitFor();
        const moving = await page.evaluate(() =>
          document
            .getAnimations()
            .filter(({ playState, effect }) => playState === 'running' && effect.getTiming().duration > 1)
            .map(({ effect }) => effect.target.className),
        );
        assert.deepEqual(moving, []);
      },
      { reducedMotion: 'reduce' },
    );
  });
});

/** Waits until the page has asked for everything that it shows. */
async function settled(page) {
  await page.locator('main h1, main h2, main [role=grid], main form').first().waitFor();
  await page.waitForLoadState('networkidle');
}
