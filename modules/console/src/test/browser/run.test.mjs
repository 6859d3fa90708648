import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { until, visiting, withoutChromium } from './browser.mjs';
import { IMPORT_ERROR, id, record, run, steps } from './record.mjs';
import { ask, sharedServer } from './server.mjs';
import { owner } from './token.mjs';

const OWNER = owner('run');
const MINUTE = 60_000;

describe('a run', { skip: withoutChromium }, () => {
  let server;

  before(async () => {
    server = await sharedServer();
  });

  test('its status, duration and steps change live', async () => {
    const started = { event: 'started', id: id(Date.now() - 5000), workflow: 'live' };
    await record(server, OWNER, [
      started,
      { event: 'steps', id: started.id, workflow: 'live', steps: [{ index: 0, name: 'download', status: 'RUNNING' }] },
    ]);
    await visiting(OWNER, `executions/${started.id}`, async page => {
      const status = page.locator('main').getByRole('status').filter({ hasText: 'Running' });
      await status.waitFor();
      await page.getByRole('treeitem', { name: /download.*running/i }).waitFor();

      await record(server, OWNER, [
        {
          event: 'steps',
          id: started.id,
          workflow: 'live',
          steps: [
            { index: 0, name: 'download', status: 'SUCCESS' },
            { index: 1, name: 'convert', status: 'FAILED', error: { message: 'no such codec' } },
          ],
        },
      ]);
      await page.getByRole('treeitem', { name: /convert.*failed/i }).waitFor();
      await page.getByRole('treeitem', { name: /download.*success/i }).waitFor();

      await record(server, OWNER, [
        { event: 'finished', id: started.id, workflow: 'live', status: 'FAILED', error: { message: 'no such codec' } },
      ]);
      await page.getByRole('heading', { name: 'Why it failed' }).waitFor();
      await page.getByText('no such codec').first().waitFor();
      assert.match(await page.title(), /Failed/);
    });
  });

  test('a link to a failed step leads a colleague there', async () => {
    const failed = run({ workflow: 'steps', ago: 10 * MINUTE, took: MINUTE, status: 'FAILED', error: IMPORT_ERROR });
    await record(server, OWNER, [
      failed,
      {
        event: 'steps',
        id: failed.id,
        workflow: 'steps',
        steps: steps(30, { failing: 17, start: Date.now() - 10 * MINUTE }),
      },
    ]);
    await visiting(OWNER, `executions/${failed.id}`, async (page, { context }) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      // It is chosen without a click.
      const panel = page.getByRole('region', { name: 'Step row 17' });
      await panel.waitFor();
      await panel.getByRole('button', { name: /copy link to step/i }).click();
      const link = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(link, new RegExp(`/ui/executions/${failed.id}\\?step=17$`));

      await page.goto(link);
      await panel.waitFor();
      await panel.getByText('12,50').first().waitFor();

      // Closed by keyboard, the timeline has the focus, and no step is chosen until a key chooses one.
      await panel.getByRole('button', { name: 'Close the step' }).press('Enter');
      await panel.waitFor({ state: 'detached' });
      await page.waitForURL(/step=none/);
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'tree');
      await page.keyboard.press('ArrowDown');
      await page.getByRole('region', { name: /^Step row/ }).waitFor();
    });
  });

  test('says why it failed, own frames first, and since when', async () => {
    const runs = [6, 5, 4, 3, 2, 1].map(day =>
      run({
        workflow: 'nightly',
        ago: day * 24 * 60 * MINUTE,
        status: day <= 3 ? 'FAILED' : 'SUCCESS',
        ...(day <= 3 && { error: IMPORT_ERROR }),
      }),
    );
    await record(server, OWNER, runs);
    await visiting(OWNER, `executions/${runs.at(-1).id}`, async page => {
      const panel = page.locator('.run-failure');
      await panel.getByText('com.example.orders.PriceColumn.read').first().waitFor();
      assert.equal(await panel.getByText('java.lang.Thread.run').isVisible(), false, 'library frames are folded');
      await panel.getByText(/3 failed runs in a row/).waitFor();

      await panel.getByRole('link', { name: '3 runs' }).click();
      await page.waitForURL(/fingerprint=/);
      await until(
        () => page.locator('.table-row').count(),
        count => count === 3,
      );
    });
  });

  test('shows attempts, parent and children', async () => {
    const parent = run({ workflow: 'family-parent', ago: 5 * MINUTE });
    const first = run({ workflow: 'family', ago: 4 * MINUTE, status: 'FAILED', parentId: parent.id });
    const second = run({ workflow: 'family', ago: 3 * MINUTE, attempt: 2, retryOf: first.id, parentId: parent.id });
    await record(server, OWNER, [parent, first, second]);
    await visiting(OWNER, `executions/${first.id}`, async page => {
      await page.getByRole('link', { name: /attempt 2/ }).click();
      await page.waitForURL(new RegExp(second.id));
      await page.getByRole('link', { name: /attempt 1/ }).waitFor();
      await page.getByRole('link', { name: /family-parent/ }).click();
      await page.waitForURL(new RegExp(parent.id));
      await until(
        () => page.locator('main a[href*="/ui/executions/"]').evaluateAll(links => links.map(link => link.pathname)),
        paths => [first.id, second.id].every(child => paths.some(path => path.endsWith(child))),
        'both children',
      );
    });
  });

  test('children that start while the page is open appear, and those that were shown stay', async () => {
    const parent = { event: 'started', id: id(Date.now() - 5 * MINUTE), workflow: 'children-parent' };
    const some = (from, to) =>
      Array.from({ length: to - from }, (_, index) =>
        run({
          workflow: 'children',
          ago: 4 * MINUTE - (from + index) * 1000,
          parentId: parent.id,
        }),
      );
    const first = some(0, 45);
    await record(server, OWNER, [parent, ...first]);
    await visiting(OWNER, `executions/${parent.id}`, async page => {
      const shown = () =>
        page.locator('.children tbody a').evaluateAll(links => links.map(link => link.pathname.split('/').at(-1)));
      const newest = (runs, count) =>
        runs
          .map(one => one.id)
          .reverse()
          .slice(0, count);
      const shows = expected => until(shown, ids => ids.join() === expected.join(), `${expected.length} children`);
      await shows(newest(first, 20));
      await page.getByRole('button', { name: 'Show more' }).click();
      await shows(newest(first, 40));
      await page.getByRole('img', { name: 'Live' }).waitFor();

      const second = some(45, 70);
      await record(server, OWNER, second);

      await shows(newest([...first, ...second], 40));
    });
  });

  test('payload and result are exact, can be searched, copied and shown raw', async () => {
    const whole = run({ workflow: 'documents', ago: MINUTE });
    // Not by JSON.stringify, which would lose digits and repeated members.
    const payload =
      '{"big":12345678901234567890,"price":1.10,"nested":{"list":[1,2,{"deep":"needle"}]},"html":"<b>bold</b>"}';
    const { token } = await import('./token.mjs');
    const text = JSON.stringify({ ...whole, payload: 'HERE' }).replace('"HERE"', payload);
    const response = await fetch(`${server.url}/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token(OWNER)}`, 'Content-Type': 'application/x-ndjson' },
      body: text,
    });
    assert.equal((await response.json()).recorded, 1);
    await visiting(OWNER, `executions/${whole.id}`, async (page, { context }) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const tree = page.getByRole('tree', { name: 'Payload' });
      await tree.getByText('12345678901234567890').waitFor();
      await tree.getByText('<b>bold</b>').waitFor();

      await page.getByLabel('Find in Payload').fill('needle');
      await page.getByText('1 of 1').waitFor();
      await page
        .getByText(/list.*2.*deep/)
        .first()
        .waitFor();

      await page.getByRole('button', { name: 'Copy payload' }).click();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(copied, /12345678901234567890/);

      await page.getByRole('button', { name: 'Raw' }).click();
      await page.getByLabel('Payload as text').getByText('12345678901234567890').waitFor();
    });
  });

  test('a scrolled document is there again after its raw text', async () => {
    const list = Array.from({ length: 1000 }, (_, index) => `item ${index}`);
    const long = run({ workflow: 'documents', ago: MINUTE, payload: list });
    await record(server, OWNER, [long]);
    await visiting(OWNER, `executions/${long.id}`, async page => {
      const tree = page.getByRole('tree', { name: 'Payload' });
      const raw = page.getByRole('button', { name: 'Raw' });
      const scrollTo = index =>
        tree.evaluate((element, row) => {
          element.scrollTop = row * 22;
        }, index);
      await tree.getByText('"item 0"').waitFor();
      await scrollTo(500);
      await tree.getByText('"item 505"').waitFor();

      await raw.click();
      await page.getByLabel('Payload as text').waitFor();
      await raw.click();

      await tree.getByText('"item 0"').waitFor();
      // More of it is in sight than before: the new element is observed.
      await page.setViewportSize({ width: 1280, height: 1200 });
      const lines = await tree.evaluate(element => Math.floor(element.clientHeight / 22));
      await tree.getByText(`"item ${lines - 3}"`).waitFor();
      await scrollTo(900);
      await tree.getByText('"item 905"').waitFor();
    });
  });

  test('says in words what was cut and what was redacted', async () => {
    const cut = run({
      workflow: 'notes',
      ago: MINUTE,
      payload: { password: 'hunter2', token: 'abc' },
      result: { text: 'x'.repeat(400_000) },
    });
    await record(server, OWNER, [cut]);
    await visiting(OWNER, `executions/${cut.id}`, async page => {
      await page
        .getByText(/secrets? (was|were) replaced|redacted/i)
        .first()
        .waitFor();
      await page.getByRole('tab', { name: /Result/ }).click();
      await page
        .getByText(/too long|only the beginning|was not recorded|cut/i)
        .first()
        .waitFor();
      assert.ok(!(await page.content()).includes('hunter2'));
    });
  });

  test('recorded text stays text', async () => {
    const hostile = run({
      workflow: 'hostile',
      workflowName: '<img src=x onerror=alert(1)>',
      ago: MINUTE,
      status: 'FAILED',
      error: {
        type: '<script>alert(2)</script>',
        message: 'javascript:alert(3) \u202e gpj.exe',
        stackTrace: '<svg onload=alert(4)>',
      },
      labels: { 'a"b': '<i>x</i>' },
    });
    await record(server, OWNER, [hostile]);
    await visiting(OWNER, `executions/${hostile.id}`, async page => {
      page.on('dialog', () => assert.fail('a script of the recording ran'));
      await page.getByText('<img src=x onerror=alert(1)>').first().waitFor();
      await page.getByText('<script>alert(2)</script>').first().waitFor();
      assert.equal(await page.locator('main img[src], main script, main svg[onload], main i').count(), 0);
    });
  });

  test('the longest labels stay within the page, and can be read in full', async () => {
    const value = 'v'.repeat(256);
    const names = Array.from({ length: 32 }, (_, index) => `${index}`.padEnd(250, 'n'));
    const labelled = run({
      workflow: 'labelled',
      ago: MINUTE,
      labels: Object.fromEntries(names.map(name => [name, value])),
    });
    await record(server, OWNER, [labelled]);
    await visiting(OWNER, `executions/${labelled.id}`, async page => {
      await page.locator('.run-facts .label').nth(31).waitFor();
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 800 });
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      }
      const titles = await page.locator('.run-facts .label').evaluateAll(labels => labels.map(({ title }) => title));
      assert.ok(titles.some(title => title.includes(`${names[7]}=${value}`)));

      await page.goto(`${server.url}/ui/?label=${names[7]}:${value}&trigger=${value}`);
      await page.getByText('No runs match.').waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
      const table = page.locator('.table-scroller');
      assert.ok(await table.evaluate(box => box.scrollWidth <= box.clientWidth));
    });
  });

  test('5,000 steps are all there, and only the visible ones are in the document', async () => {
    const large = run({ workflow: 'large', ago: 20 * MINUTE, took: 10 * MINUTE });
    const all = steps(5000, { failing: 4321, start: Date.now() - 20 * MINUTE });
    await record(server, OWNER, [large]);
    for (let from = 0; from < all.length; from += 500) {
      await record(server, OWNER, [
        { event: 'steps', id: large.id, workflow: 'large', steps: all.slice(from, from + 500) },
      ]);
    }
    await visiting(OWNER, `executions/${large.id}`, async page => {
      await page.getByRole('heading', { name: /5,000/ }).waitFor();
      await page.waitForFunction(() => performance.getEntriesByName('runlog:timeline').length > 0);
      assert.ok((await page.getByRole('treeitem').count()) < 200);
      await page.getByRole('region', { name: 'Step row 4321' }).waitFor();
    });
  });

  describe('its timeline', () => {
    let path;

    before(async () => {
      const start = Date.now() - 20 * MINUTE;
      const long = run({ workflow: 'timeline', ago: 20 * MINUTE, took: 10 * MINUTE });
      await record(server, OWNER, [
        long,
        { event: 'steps', id: long.id, workflow: 'timeline', steps: steps(550, { start }) },
      ]);
      path = `executions/${long.id}`;
    });

    const treeOf = async page => {
      const tree = page.getByRole('tree', { name: 'Steps' });
      await page.getByRole('heading', { name: /550/ }).waitFor();
      await tree.getByRole('treeitem').first().waitFor();
      return tree;
    };
    /** Scrolls the timeline, and waits until the row is drawn. */
    const scrolledTo = async (tree, name) => {
      await tree.evaluate(
        (body, index) => {
          body.scrollTop = index * 26;
        },
        Number(/\d+/.exec(name)[0]) * (name.startsWith('batch') ? 11 : 1),
      );
      const item = tree.getByRole('treeitem', { name: new RegExp(`\\b${name}\\b`) });
      await item.waitFor();
      return item;
    };
    /** A click as slow as that of a person: the page is drawn between press and release. */
    const slowClick = async (page, target) => {
      const box = await target.boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.evaluate(
        () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
      );
      await page.mouse.up();
    };

    test('a slow click in a scrolled timeline chooses the row that was pressed', async () => {
      await visiting(OWNER, path, async page => {
        const tree = await treeOf(page);
        const item = await scrolledTo(tree, 'row 304');

        await slowClick(page, item.locator('.timeline-text'));

        await page.getByRole('region', { name: 'Step row 304' }).waitFor();
        await page.waitForURL(/step=304$/);
        assert.ok((await tree.evaluate(body => body.scrollTop)) > 250 * 26, 'the timeline stays where it was');
      });
    });

    test('a slow click on a twist closes the step, and chooses none', async () => {
      await visiting(OWNER, path, async page => {
        const tree = await treeOf(page);
        const item = await scrolledTo(tree, 'batch 27');

        await slowClick(page, item.locator('.timeline-twist'));

        await tree.getByRole('treeitem', { name: /\bbatch 27\b/, expanded: false }).waitFor();
        assert.equal(await page.getByRole('region', { name: /^Step / }).count(), 0);
        assert.doesNotMatch(page.url(), /step=/);
      });
    });

    test('keys move through the steps, and close and open them', async () => {
      await visiting(OWNER, path, async page => {
        const tree = await treeOf(page);
        await tree.focus();
        const chosen = name => page.getByRole('region', { name: `Step ${name}`, exact: true }).waitFor();

        await page.keyboard.press('ArrowDown');
        await chosen('batch 0');
        await page.keyboard.press('ArrowRight');
        await chosen('row 1');
        await page.keyboard.press('ArrowLeft');
        await chosen('batch 0');
        await page.keyboard.press('ArrowLeft');
        await tree.getByRole('treeitem', { name: /\bbatch 0\b/, expanded: false }).waitFor();
        await page.keyboard.press('j');
        await chosen('batch 1');
        await page.keyboard.press('End');
        await chosen('row 549');
        await tree.getByRole('treeitem', { name: /\brow 549\b/, selected: true }).waitFor();
        await page.keyboard.press('Home');
        await chosen('batch 0');
      });
    });

    test('it zooms by keys, by buttons and by dragging, and the zoom is in the URL', async () => {
      await visiting(OWNER, `${path}?step=100`, async page => {
        const tree = await treeOf(page);
        const whole = page.getByRole('button', { name: 'Whole run' });
        const width = () => {
          const [, from, to] = /zoom=(-?\d+)-(\d+)/.exec(page.url()) ?? [];
          return Number(to) - Number(from);
        };
        await page.getByRole('region', { name: 'Step row 100' }).waitFor();

        await tree.focus();
        await page.keyboard.press('z');
        await page.waitForURL(/zoom=/);
        const ofStep = width();
        assert.ok(ofStep >= 90 && ofStep <= 120, `${ofStep} ms`);
        await page.keyboard.press('-');
        await until(width, millis => Math.abs(millis - 2 * ofStep) <= 2, 'twice as long');
        await page.reload();
        await treeOf(page);
        assert.ok(Math.abs(width() - 2 * ofStep) <= 2);

        await whole.click();
        await page.waitForURL(url => !url.search.includes('zoom='));
        await page.getByRole('button', { name: 'Zoom in (+)' }).click();
        await until(width, millis => Math.abs(millis - 5 * MINUTE) <= 1, 'half the run');

        const overview = await page.locator('.timeline-overview').boundingBox();
        const middle = overview.y + overview.height / 2;
        await page.mouse.move(overview.x + overview.width * 0.2, middle);
        await page.mouse.down();
        await page.mouse.move(overview.x + overview.width * 0.3, middle, { steps: 4 });
        await page.mouse.up();
        await until(width, millis => Math.abs(millis - MINUTE) < 0.1 * MINUTE, 'a tenth of the run');
      });
    });
  });

  test('a run that is deleted while its page is open says so', async () => {
    const subject = owner('run-deleted');
    const [one, other] = [40, 41].map(days => run({ workflow: 'old', ago: days * 24 * 60 * MINUTE }));
    await record(server, subject, [one, other]);
    await visiting(subject, `executions/${one.id}`, async page => {
      await visiting(subject, `executions/${other.id}`, async second => {
        const notice = where => where.getByText('This run was deleted.');
        await second.getByRole('button', { name: 'Hold', exact: true }).waitFor();
        await page.getByRole('button', { name: 'Hold', exact: true }).click();
        await ask(server, subject, 'mutation { cleanupExecutions(input: {olderThan: "P30D"}) { cleanup { id } } }');
        await until(
          () => ask(server, subject, '{ executions { totalCount } }'),
          ({ executions }) => executions.totalCount === 0,
        );
        assert.equal(await notice(page).count(), 0);

        await page.getByRole('button', { name: 'Hold this run' }).click();
        await notice(page).waitFor();
        await page.getByRole('button', { name: 'Hold', exact: true }).waitFor({ state: 'detached' });

        await second.evaluate(() => dispatchEvent(new Event('focus')));
        await notice(second).waitFor();
        assert.equal(await second.getByRole('button', { name: 'Hold', exact: true }).count(), 0);
      });
    });
  });

  test('a part of its address that is not understood is shown, and can be removed', async () => {
    const known = run({ workflow: 'address', ago: MINUTE });
    await record(server, OWNER, [
      known,
      { event: 'steps', id: known.id, workflow: 'address', steps: steps(3, { start: Date.now() - MINUTE }) },
    ]);
    await visiting(OWNER, `executions/${known.id}?step=x&zoom=wide&tab=result`, async page => {
      const remove = text => page.getByRole('button', { name: `Remove ${text}: not understood` });
      await remove('zoom=wide').waitFor();
      await page.getByRole('treeitem', { name: /row 2/ }).click();
      await page.waitForURL(/step=2/);
      await remove('step=x').waitFor({ state: 'detached' });
      await remove('zoom=wide').click();
      await page.getByText('not understood').waitFor({ state: 'detached' });
      assert.equal(new URL(page.url()).search, '?step=2&tab=result');

      await page.goto(`${server.url}/ui/executions/${known.id}?step=17`);
      await page.getByText('This run has no step 17.').waitFor();
    });
  });

  test('an unknown ID is explained', async () => {
    await visiting(OWNER, 'executions/019e7c00-0000-7000-8000-000000000000', async page => {
      await page.getByText('There is no run with this ID.').waitFor();
    });
  });

  test('an external ID leads to its run', async () => {
    const known = run({ workflow: 'external', ago: MINUTE });
    const { id: _, ...withoutId } = known;
    await record(server, OWNER, [{ ...withoutId, externalId: 'orders-17' }]);
    await visiting(OWNER, 'executions/orders-17', async page => {
      await page.waitForURL(/executions\/[0-9a-f-]{36}/);
      await page.getByText('orders-17').waitFor();
    });
  });
});
