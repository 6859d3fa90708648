import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until, visiting, withoutChromium } from './browser.mjs';
import { product, record, run } from './record.mjs';
import { ask, sharedServer } from './server.mjs';
import { ALL_SCOPES, owner } from './token.mjs';

const DAY = 86_400_000;

const figure = page => page.locator('.cleanup-figure');

describe('clean up', { skip: withoutChromium }, () => {
  test('shows what would be deleted before anything is, then deletes that, and keeps what is held', async () => {
    const server = await sharedServer();
    const subject = owner('cleanup');
    const old = Array.from({ length: 40 }, (_, index) =>
      run({ workflow: `w${index % 2}`, ago: 40 * DAY + index * 1000 }),
    );
    await record(server, subject, [...old, ...product(24)]);
    const held = old[7];
    const count = async () => (await ask(server, subject, '{ executions { totalCount } }')).executions.totalCount;
    const before = await count();

    // Held on the page of the run.
    await visiting(subject, `executions/${held.id}`, async page => {
      await page.getByRole('button', { name: 'Hold' }).click();
      await page.getByLabel('Why should this run be kept?').fill('audit');
      await page.getByRole('button', { name: 'Hold this run' }).click();
      await page.getByText('Reason: audit').waitFor();
    });

    await visiting(subject, 'cleanup?olderThan=P30D', async page => {
      await figure(page).getByText('39').waitFor();
      await page.getByText(/Not deleted: 1 held/).waitFor();
      const byWorkflow = await page.locator('.cleanup-workflow .figure').allTextContents();
      assert.deepEqual(byWorkflow.map(Number).sort(), [19, 20]);
      assert.equal(await count(), before, 'a preview deletes nothing');

      await page.getByRole('button', { name: /^Delete 39 runs/ }).click();
      const dialog = page.getByRole('dialog', { name: /Delete 39 runs/ });
      await dialog.getByRole('button', { name: 'Delete', exact: true }).click();

      await page.getByText(/39 of 39 runs deleted/).waitFor();
      await page.waitForURL(/cleanup=/);
      await until(count, now => now === before - 39);
      assert.equal((await ask(server, subject, `{ execution(id: "${held.id}") { held } }`)).execution.held, true);

      await page.getByRole('tab', { name: 'Past cleanups' }).click();
      const [entry] = await until(
        () => page.locator('tbody tr').allTextContents(),
        lines => lines.length >= 1,
      );
      assert.match(entry, new RegExp(`${subject}.*39`, 's'));

      await page.getByRole('tab', { name: 'Held runs' }).click();
      await page.getByText('audit').waitFor();
      await page.getByRole('button', { name: 'Release' }).click();
      await page.getByText('No run is held.').waitFor();
    });
  });

  test('an address that is not understood deletes nothing until that part is removed', async () => {
    const server = await sharedServer();
    const subject = owner('cleanup-address');
    await record(
      server,
      subject,
      Array.from({ length: 3 }, (_, index) => run({ workflow: 'old', ago: (40 + index) * DAY })),
    );
    await visiting(subject, 'cleanup?olderThan=P1D&status=succes', async page => {
      const remove = text => page.getByRole('button', { name: `Remove ${text}: not understood` });
      const deletes = page.getByRole('button', { name: /^Delete .*runs/ });
      for (const text of ['status=succes', 'olderThan=-1', 'keep=-4', 'owner=', 'workflow=zzz', 'tab=evil']) {
        await page.goto(`${server.url}/ui/cleanup?${text}`);
        await remove(text).waitFor();
        await page.waitForLoadState('networkidle');
        assert.equal(await figure(page).count(), 0, `nothing is counted for ${text}`);
        assert.equal(await deletes.count(), 0, `nothing can be deleted for ${text}`);
      }

      await remove('tab=evil').click();
      await figure(page).getByText('3').waitFor();
      await deletes.waitFor();
      assert.equal(new URL(page.url()).search, '');

      // Text of a field that is not understood stops it, too.
      await page.getByLabel('Keep the newest of each workflow').fill('few');
      await page.locator('.cleanup-panel .button-danger[aria-disabled=true]').waitFor();
      await page.getByLabel('Keep the newest of each workflow').fill('1');
      await figure(page).getByText('2').waitFor();

      await page.getByRole('tab', { name: 'Policies' }).click();
      assert.equal(new URL(page.url()).search, '?tab=policies');
    });
  });

  test('after Back and links, the fields, the sentence and the preview agree', async () => {
    const server = await sharedServer();
    const subject = owner('cleanup-back');
    await record(
      server,
      subject,
      [35, 36, 50].map(days => run({ workflow: 'old', ago: days * DAY })),
    );
    await visiting(
      subject,
      'cleanup',
      async page => {
        const age = page.getByLabel('Delete runs older than');
        const keep = page.getByLabel('Keep the newest of each workflow');
        const owners = page.getByLabel('Of the owner');
        const shows = async (sentence, count) => {
          await page.locator('.cleanup-preview:not(.is-stale)').getByText(sentence).waitFor();
          await figure(page)
            .getByText(new RegExp(`^${count} runs?$`))
            .waitFor();
        };
        await shows('Runs older than 30 days:', 3);

        await age.selectOption('another age…');
        await page.getByLabel('Age', { exact: true }).fill('45 days');
        await shows('Runs older than 45 days:', 1);
        await page.goBack();
        await shows('Runs older than 30 days:', 3);
        assert.equal(await age.inputValue(), 'P30D');
        assert.equal(await page.getByLabel('Age', { exact: true }).count(), 0);

        await keep.fill('2');
        await shows('Runs older than 30 days, except the newest 2 of each workflow:', 1);
        await page.getByRole('tab', { name: 'Delete now' }).click();
        assert.equal(await keep.inputValue(), '2');
        assert.equal(new URL(page.url()).search, '?keepLast=2');
        await page.getByRole('link', { name: 'Clean up' }).click();
        await shows('Runs older than 30 days:', 3);
        assert.equal(await keep.inputValue(), '');

        // Text that is not understood blocks the cleanup only until its field shows another value.
        await keep.fill('2');
        await keep.fill('few');
        await page.locator('.cleanup-panel .button-danger[aria-disabled=true]').waitFor();
        await page.getByRole('link', { name: 'Clean up' }).click();
        await shows('Runs older than 30 days:', 3);
        await page.locator('.cleanup-panel .button-danger:not([aria-disabled])').waitFor();

        await page.goto(`${server.url}/ui/cleanup?owners=all`);
        await page.getByLabel('Which', { exact: true }).selectOption('Failed runs');
        await owners.selectOption('me');
        await page.getByText('Failed runs older than 30 days:').waitFor();
        await page.goBack();
        await page.getByText('Runs of all owners older than 30 days:').waitFor();
        assert.equal(await owners.inputValue(), 'all');
      },
      { scopes: ALL_SCOPES },
    );
  });

  test('answers what would be deleted if 30 days were kept, as the API does', async () => {
    const server = await sharedServer();
    const subject = owner('cleanup-question');
    await record(server, subject, [
      ...Array.from({ length: 12 }, (_, index) => run({ workflow: 'old', ago: (31 + index) * DAY })),
      ...product(48),
    ]);
    await visiting(subject, 'cleanup', async page => {
      await page.getByLabel('Delete runs older than').waitFor();
      await figure(page).getByText('12').waitFor();

      const { cleanupExecutions } = await ask(
        server,
        subject,
        'mutation { cleanupExecutions(input: {olderThan: "P30D", dryRun: true}) { cleanup { preview { executions } } } }',
      );
      assert.equal(cleanupExecutions.cleanup.preview.executions, 12);
    });
  });

  test('a policy is a sentence, with what it will delete and when', async () => {
    const server = await sharedServer();
    const subject = owner('cleanup-policy');
    await record(
      server,
      subject,
      Array.from({ length: 5 }, (_, index) => run({ workflow: 'old', ago: (60 + index) * DAY })),
    );
    await visiting(subject, 'cleanup?tab=policies', async page => {
      await page.getByText('Nothing is deleted automatically.').waitFor();
      await page.getByRole('button', { name: 'Add a policy…' }).click();
      assert.equal(await page.evaluate(() => document.activeElement.matches('.cleanup-form select')), true);
      const words = page.locator('form .cleanup-words');
      await words
        .getByText(/30 days/)
        .first()
        .waitFor();
      await words.getByText(/5 runs/).waitFor();
      await page.getByRole('button', { name: 'Save the policy' }).click();

      await page
        .locator('.cleanup-card')
        .getByText(/30 days/)
        .first()
        .waitFor();
      const { retentionPolicies } = await ask(
        server,
        subject,
        '{ retentionPolicies(first: 10) { nodes { keepFor } } }',
      );
      assert.deepEqual(retentionPolicies.nodes, [{ keepFor: 'P30D' }]);
      await page.waitForFunction(() => document.activeElement.textContent === 'Add a policy…');
    });
  });

  test('without the scope it explains which one is needed', async () => {
    await visiting(
      owner('cleanup-scope'),
      'cleanup',
      async page => {
        await page.getByText('Clean up needs the scope executions:cleanup.').waitFor();
        await page.getByText(/--scope executions:read,executions:cleanup/).waitFor();
      },
      { scopes: ['executions:read'] },
    );
    await visiting(
      owner('cleanup-write-scope'),
      'cleanup',
      async (page, { server }) => {
        await page.getByText(/--valid-for P1D --scope executions:read,executions:write,executions:cleanup$/).waitFor();
        await page.goto(`${server.url}/ui/`);
        await page.getByText('The list of runs needs the scope executions:read.').waitFor();
        await page.getByText(/--scope executions:read,executions:write$/).waitFor();
        assert.doesNotMatch(await page.locator('main').textContent(), /`/);
      },
      { scopes: ['executions:write'] },
    );
  });
});
