import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { rows, until, visiting, withoutChromium } from './browser.mjs';
import { id, product, record, run } from './record.mjs';
import { ask, sharedServer } from './server.mjs';
import { owner } from './token.mjs';

const OWNER = owner('runs');
const MANY = owner('runs-many');
const HOUR = 3_600_000;

/** Rows that are in the document whether or not the histogram is there yet. */
const FEW = 15;

const chip = (page, status) => page.getByRole('group', { name: 'Status' }).getByRole('button', { name: status });
/** The figure in a chip. */
const figure = async (page, status) => Number((await chip(page, status).textContent()).replace(/\D/g, ''));
const newRuns = (page, count) => page.getByRole('button', { name: new RegExp(`^${count} new run`) });

/** Waits until rows and counts answer what was chosen last. */
async function settled(page, change) {
  await page.evaluate(() => performance.clearMarks('runlog:settled'));
  await change();
  await page.waitForFunction(() => performance.getEntriesByName('runlog:settled').length > 0);
}

describe('runs', { skip: withoutChromium }, () => {
  let server;

  before(async () => {
    server = await sharedServer();
    await record(server, OWNER, [
      ...product(96),
      { event: 'started', id: id(), workflow: 'import-orders', trigger: 'manual' },
      run({ workflow: 'import-orders', ago: 30_000, took: 500, attempt: 3, payload: { needle: 'haystack-7' } }),
    ]);
    await record(
      server,
      MANY,
      Array.from({ length: 1200 }, (_, index) =>
        run({ workflow: `w${index % 5}`, ago: (index + 1) * 60_000, took: 100 }),
      ),
    );
  });

  test('shows what people look for in columns, and the chips count what the filters leave', async () => {
    await visiting(OWNER, '', async page => {
      await page.locator('.table-row').first().waitFor();
      const [first, second] = await rows(page);
      assert.equal(first.status, 'Running');
      assert.equal(first.workflow, 'import-orders');
      assert.equal(first.trigger, 'manual');
      assert.equal(second.attempt, '3');
      assert.equal(second.duration, '500 ms');
      const failed = (await rows(page)).find(row => row.status === 'Failed');
      assert.equal(failed?.error, 'For input string: "12,50"');
      assert.match(failed.labels, /env=prod/);

      const api = async filter =>
        (
          await ask(
            server,
            OWNER,
            'query($filter: ExecutionFilter) { executions(filter: $filter) { statusCounts { total success failed running cancelled } } }',
            { filter },
          )
        ).executions.statusCounts;
      const same = async filter => {
        const expected = await api(filter);
        for (const [word, count] of [
          ['All', expected.total],
          ['Success', expected.success],
          ['Failed', expected.failed],
          ['Running', expected.running],
          ['Cancelled', expected.cancelled],
        ]) {
          await until(
            () => figure(page, word),
            shown => shown === count,
            `${word} ${count}`,
          );
        }
      };
      await same({});
      await settled(page, () => page.locator('.runs-label', { hasText: 'region' }).first().click());
      const region = new URL(page.url()).searchParams.get('label').split(':')[1];
      await same({ labelConditions: [{ key: 'region', values: [region] }] });
    });
  });

  test('filters by a chip, sorts by a column, and says so in the URL, which survives reload and back', async () => {
    await visiting(OWNER, '', async page => {
      await page.locator('.table-row').first().waitFor();
      await settled(page, () => chip(page, 'Failed').click());
      await until(
        () => rows(page),
        shown => shown.length > 0 && shown.every(row => row.status === 'Failed'),
      );
      assert.match(page.url(), /status=FAILED/);

      await page.getByRole('columnheader', { name: 'Duration' }).getByRole('button').click();
      await page.waitForURL(/sort=-duration/);
      const before = await until(
        () => rows(page),
        shown => shown.length > 0,
      );

      await page.reload();
      await page.locator('.table-row').first().waitFor();
      assert.deepEqual((await rows(page)).slice(0, FEW), before.slice(0, FEW));
      assert.equal(await page.getByRole('columnheader', { name: 'Duration' }).getAttribute('aria-sort'), 'descending');
      assert.equal(await chip(page, 'Failed').getAttribute('aria-pressed'), 'true');

      await page.goBack();
      await page.waitForURL(url => !url.searchParams.has('sort'));
      await page.goBack();
      await page.waitForURL(url => !url.searchParams.has('status'));
      await until(
        () => rows(page),
        shown => shown.some(row => row.status === 'Success'),
      );
    });
  });

  test('a link shows the same rows in another browser of the same owner', async () => {
    await visiting(OWNER, '?status=SUCCESS&label=env:prod&sort=duration', async page => {
      await page.locator('.table-row').first().waitFor();
      const here = (await rows(page)).slice(0, FEW).map(({ workflow, duration }) => [workflow, duration]);
      const query = page.url().split('/ui/')[1];
      await visiting(OWNER, query, async other => {
        await other.locator('.table-row').first().waitFor();
        assert.deepEqual(
          (await rows(other)).slice(0, FEW).map(({ workflow, duration }) => [workflow, duration]),
          here,
        );
      });
    });
  });

  test('searches in payloads', async () => {
    await visiting(OWNER, '', async page => {
      await page.locator('.table-row').first().waitFor();
      await page.getByLabel('Search in runs').fill('haystack-7');
      await page.waitForURL(/q=haystack-7/);

      const found = await until(
        () => rows(page),
        shown => shown.length === 1,
      );
      assert.equal(found[0].workflow, 'import-orders');
    });
  });

  test('dragging over the histogram chooses its time', async () => {
    await visiting(OWNER, '', async page => {
      const plot = page.getByRole('slider');
      await plot.waitFor();
      const { x, y, width } = await plot.boundingBox();
      await page.mouse.move(x + width * 0.25, y + 20);
      await page.mouse.down();
      await page.mouse.move(x + width * 0.5, y + 20, { steps: 4 });
      await page.mouse.up();

      await page.waitForURL(/from=.*to=/);
      const { searchParams } = new URL(page.url());
      const [from, to] = [searchParams.get('from'), searchParams.get('to')];
      const { executions } = await ask(
        server,
        OWNER,
        'query($from: DateTime, $to: DateTime) { executions(filter: {startedAfter: $from, startedBefore: $to}) { totalCount } }',
        { from, to },
      );
      assert.ok(executions.totalCount > 10 && executions.totalCount < 100, `${executions.totalCount} runs`);
      await until(
        () => figure(page, 'All'),
        shown => shown === executions.totalCount,
      );
    });
  });

  test('counts new runs instead of moving rows, and changes known rows in place', async () => {
    const subject = owner('runs-live');
    const running = { event: 'started', id: id(), workflow: 'live' };
    await record(server, subject, [running, run({ workflow: 'live', ago: HOUR })]);
    await visiting(subject, '', async page => {
      await page.locator('.table-row').first().waitFor();
      await page.getByRole('img', { name: 'Live' }).waitFor();
      const before = await rows(page);
      assert.equal(before[0].status, 'Running');

      await record(server, subject, [
        { event: 'finished', id: running.id, workflow: 'live', status: 'FAILED', error: { message: 'disk full' } },
        ...Array.from({ length: 12 }, () => run({ workflow: 'live', ago: 0, took: 0 })),
      ]);

      await newRuns(page, 12).waitFor();
      const pill = await newRuns(page, 12).boundingBox();
      const table = await page.locator('.table-scroller').boundingBox();
      assert.ok(pill.y + pill.height <= table.y, 'it covers no row');
      const now = await until(
        () => rows(page),
        shown => shown[0].status === 'Failed',
      );
      assert.equal(now.length, before.length, 'no row was added');
      assert.equal(now[0].error, 'disk full');

      await page.keyboard.press('.');
      await until(
        () => rows(page),
        shown => shown.length === 14,
      );
      await newRuns(page, 12).waitFor({ state: 'detached' });
    });
  });

  test('scrolls through 1,200 rows in both directions with few in the document, and a reload returns there', async () => {
    await visiting(MANY, '', async page => {
      const table = page.locator('.table-scroller');
      await page.locator('.table-row').first().waitFor();
      const index = () => table.evaluate(box => Math.floor(box.scrollTop / 36));
      const lastIndex = () =>
        page.locator('.table-row').evaluateAll(elements => Math.max(...elements.map(row => Number(row.ariaRowIndex))));

      // To the end, page by page.
      await until(
        async () => {
          await table.evaluate(box => {
            box.scrollTop = box.scrollHeight;
          });
          return lastIndex();
        },
        last => last === 1201,
        'the last row',
      );
      assert.ok((await page.locator('.table-row').count()) < 80, 'few rows are in the document');

      // In the middle, and back there after a reload.
      const atEnd = await page.waitForURL(/at=/).then(() => page.url());
      await table.evaluate(box => {
        box.scrollTop = 600 * 36;
      });
      await page.waitForURL(url => url.href !== atEnd);
      const seen = await until(
        () => visibleStarts(page),
        shown => shown.length > 5,
      );
      await page.reload();
      await page.locator('.table-row').first().waitFor();
      await until(
        () => visibleStarts(page),
        shown => shown.includes(seen[1]),
        `the row of ${seen[1]}`,
      );

      // From there to the top.
      await until(
        async () => {
          await table.evaluate(box => {
            box.scrollTop = 0;
          });
          return [await index(), new URL(page.url()).searchParams.get('at')];
        },
        ([at, cursor]) => at === 0 && cursor === null,
        'the top',
      );
    });
  });

  test('jumps to a date and continues in both directions', async () => {
    await visiting(MANY, '', async page => {
      await page.locator('.table-row').first().waitFor();
      await page.getByRole('button', { name: /jump|go to/i }).click();
      const when = new Date(Date.now() - 10 * HOUR);
      await page.locator('input[type=datetime-local]').last().fill(when.toISOString().slice(0, 16));
      await page.keyboard.press('Enter');

      const starts = await until(
        () => visibleStarts(page),
        shown => shown.length > 0 && Math.abs(Date.parse(shown[0]) - when) < 10 * 60_000,
        `rows of ${when.toISOString()}`,
      );
      await until(
        async () => {
          // Scrolls on until the rows above have come.
          await page.locator('.table-scroller').evaluate(box => {
            box.scrollTop -= 200;
          });
          return visibleStarts(page);
        },
        shown => shown.length > 0 && Date.parse(shown[0]) > Date.parse(starts[0]),
        'newer rows above',
      );
    });
  });

  test('the run that was opened from the middle of the list has the focus after Back, while rows come above it', async () => {
    await visiting(MANY, '', async page => {
      const table = page.locator('.table-scroller');
      await page.locator('.table-row').first().waitFor();
      await until(
        async () => {
          await table.evaluate(box => {
            box.scrollTop += 1_000;
          });
          return table.evaluate(box => box.scrollTop);
        },
        top => top > 400 * 36,
        'row 400',
      );
      await page.waitForURL(/at=/);
      const start = (await visibleStarts(page))[3];
      await page.locator('.table-row', { has: page.locator(`time[datetime="${start}"]`) }).click();
      await page.waitForURL(/executions/);
      const opened = page.url();

      await page.goBack();
      const focused = page.locator('.table-row.focused');
      await focused.waitFor();
      await until(
        () => focused.evaluate(row => Number(row.ariaRowIndex)),
        index => index > 50,
        'rows above',
      );
      assert.equal(await focused.locator('time').first().getAttribute('datetime'), start);
      await page.keyboard.press('o');
      await page.waitForURL(opened);
    });
  });

  test('choosing a column keeps the place in the list', async () => {
    await visiting(MANY, '', async page => {
      await page.locator('.table-row').first().waitFor();
      await page.locator('.table-scroller').evaluate(box => {
        box.scrollTop = 30 * 36;
      });
      await page.waitForURL(/at=/);
      await page.getByRole('button', { name: 'Order and columns' }).click();
      await page.getByRole('menuitemcheckbox', { name: 'External ID' }).click();
      await page.waitForURL(/cols=/);
      assert.match(page.url(), /at=/);
      await page.getByRole('columnheader', { name: 'External ID' }).waitFor();
    });
  });

  test('keeps views in the browser', async () => {
    await visiting(OWNER, '?status=FAILED', async page => {
      await page.locator('.table-row').first().waitFor();
      await page.getByRole('button', { name: /^Views/ }).click();
      await page.getByLabel('Save what you see as').fill('My failures');
      await page.keyboard.press('Enter');

      await page.goto(`${server.url}/ui/`);
      await page.getByRole('button', { name: /^Views/ }).click();
      await page.getByText('My failures').click();
      await page.waitForURL(/status=FAILED/);
    });
  });

  test('says which parameters it does not understand', async () => {
    await visiting(OWNER, '?min=soon', async page => {
      await page.getByText('not understood').waitFor();
      await page.locator('.table-row').first().waitFor();

      await page.goto(`${server.url}/ui/?workflow=<b>x`);
      await page.getByText('workflow=<b>x: not understood').waitFor();
      await page.locator('.table-row').first().waitFor();

      await page.goto(`${server.url}/ui/running?workflow=zzz`);
      await page.getByRole('button', { name: 'Remove workflow=zzz: not understood' }).click();
      assert.equal(new URL(page.url()).search, '');
    });
  });

  test('says what to do when nothing matches', async () => {
    await visiting(OWNER, '?status=CRASHED', async page => {
      await page.getByText('No runs match.').waitFor();
      await page.getByRole('button', { name: 'Any status' }).click();
      await page.locator('.table-row').first().waitFor();
    });
  });

  test('shows times in the zone that was chosen', async () => {
    await visiting(OWNER, '?tz=Asia/Kolkata', async page => {
      const time = page.locator('.table-row time').first();
      await time.waitFor();
      const inKolkata = /\+05:30|GMT\+5:30|IST|Kolkata/;
      assert.match(`${await time.getAttribute('title')}`, inKolkata);

      // Every address names it, so that a link shows others the same times.
      await page.locator('.table-row').first().click();
      await page.waitForURL(/executions.*tz=Asia/);
      await page.reload();
      await page.locator('.run-header time, .run time').first().waitFor();
      assert.match(`${await page.locator('.run time').first().getAttribute('title')}`, inKolkata);
    });
  });
});

/** Start of each row that is in the visible part of the table, as in the document. */
function visibleStarts(page) {
  return page.locator('.table-scroller').evaluate(box => {
    const { top, bottom } = box.getBoundingClientRect();
    return [...box.querySelectorAll('.table-row')]
      .filter(row => {
        const edges = row.getBoundingClientRect();
        return edges.top >= top + 30 && edges.bottom <= bottom;
      })
      .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
      .map(row => row.querySelector('time').dateTime);
  });
}
