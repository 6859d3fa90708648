// Floors for the figures of figures.mjs that hold on a slow, busy machine, too.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { visiting, withoutChromium } from './browser.mjs';
import { filterChange, firstRows, liveFrames, recordLarge, timeline } from './figures.mjs';
import { product, record } from './record.mjs';
import { sharedServer } from './server.mjs';
import { owner } from './token.mjs';

describe('speed', { skip: withoutChromium }, () => {
  test('rows, filters, 5,000 steps and 100 changes a second', async () => {
    const server = await sharedServer();
    const subject = owner('speed');
    await record(server, subject, product(24 * 7));
    await recordLarge(server, subject, 'large');
    await visiting(subject, '', async page => {
      await page.getByRole('slider').waitFor();
      const first = await firstRows(page);
      const filter = await filterChange(page);
      const steps = await timeline(page, 'large');
      const live = await liveFrames(page, server, subject, 100, 0.2);
      console.log(JSON.stringify({ first, filter, steps, live }));

      // The least: other tests run at the same time.
      assert.ok(first.least < 2000, `first rows after ${first.least} ms`);
      assert.ok(filter.least < 500, `a filter takes ${filter.least} ms`);
      assert.ok(steps.least < 1500, `5,000 steps take ${steps.least} ms`);
      assert.ok(live.within50 > 0.9, `${live.within50} of frames within 50 ms`);
    });
  });
});
