// Figures of the console, as issue 23 asks for them: node src/test/browser/figures.mjs [--url URL --token TOKEN]
//   [--minutes N] [--only first|filter|live|steps]. Without --url, it starts a server and records a few thousand runs.
// Take them on a machine that does nothing else: frames and times depend on its processors.
import { parseArgs } from 'node:util';
import { until, visiting } from './browser.mjs';
import { id, product, record, run, steps, stream } from './record.mjs';
import { Server, sharedServer } from './server.mjs';
import { owner } from './token.mjs';

const { values: options } = parseArgs({
  strict: false,
  options: {
    url: { type: 'string' },
    token: { type: 'string' },
    minutes: { type: 'string', default: '0.3' },
    only: { type: 'string' },
    times: { type: 'string', default: process.argv[1] === import.meta.filename ? '30' : '5' },
  },
});
const times = Number(options.times);

/** Least, median and 95th percentile, in whole milliseconds. */
function summary(millis) {
  const sorted = [...millis].sort((a, b) => a - b);
  const at = share => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
  return { least: at(0), median: at(0.5), p95: at(0.95), of: sorted.length };
}

/** From the start of the navigation to 50 rows on the screen, with a warm cache. */
export async function firstRows(page) {
  const url = page.url();
  const millis = [];
  for (let i = 0; i <= times; i++) {
    // A page of the same origin: the browser keeps the process, as when someone comes from a link.
    await page.goto(new URL('/health/live', url).href);
    await page.goto(url);
    await page.waitForFunction(() => performance.getEntriesByName('runlog:rows').length > 0);
    millis.push(await page.evaluate(() => performance.getEntriesByName('runlog:rows')[0].startTime));
  }
  return summary(millis.slice(1));
}

/** From a click on a status to its rows and counts on the screen. */
export async function filterChange(page) {
  const chips = page.getByRole('group', { name: 'Status' }).getByRole('button');
  const millis = [];
  for (let i = 0; i < times; i++) {
    const chip = chips.nth([3, 4, 0, 6, 0][i % 5]);
    await page.evaluate(() => {
      const clicked = event => {
        performance.clearMarks('runlog:settled');
        performance.mark('click', { startTime: event.timeStamp });
      };
      performance.clearMarks('click');
      addEventListener('click', clicked, { capture: true, once: true });
    });
    await chip.click();
    // What was on its way before the click settles, too.
    await page.waitForFunction(() => {
      const [click] = performance.getEntriesByName('click');
      return click && performance.getEntriesByName('runlog:settled').some(mark => mark.startTime > click.startTime);
    });
    millis.push(
      await page.evaluate(() => {
        const [click] = performance.getEntriesByName('click');
        const settled = performance.getEntriesByName('runlog:settled').at(-1);
        performance.clearMarks('click');
        return settled.startTime - click.startTime;
      }),
    );
  }
  return summary(millis);
}

/** Gaps between frames while `changesPerSecond` arrive, and the memory after a collection, once a minute. */
export async function liveFrames(page, server, subject, changesPerSecond, minutes) {
  const devtools = await page.context().newCDPSession(page);
  const heap = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    return (await devtools.send('Runtime.getHeapUsage')).usedSize;
  };
  const changes = stream(server, subject, changesPerSecond);
  await page.evaluate(() => {
    globalThis.gaps = [];
    let last = performance.now();
    const frame = now => {
      globalThis.gaps.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const memory = [];
  const end = Date.now() + minutes * 60_000;
  while (Date.now() < end) {
    await page.waitForTimeout(Math.min(60_000, end - Date.now()));
    memory.push(await heap());
  }
  const gaps = await page.evaluate(() => globalThis.gaps);
  const count = await changes.stop();
  return {
    changesPerSecond: Math.round(count / (minutes * 60)),
    frames: gaps.length,
    within50: gaps.filter(gap => gap <= 50).length / gaps.length,
    longest: Math.round(Math.max(...gaps)),
    memoryMegabytes: memory.map(bytes => Math.round(bytes / 10_000) / 100),
  };
}

/** From a click on a row to a timeline with all steps of its run. */
export async function timeline(page, workflow) {
  const millis = [];
  for (let i = 0; i < Math.min(times, 10); i++) {
    await page.locator('.table-row', { hasText: workflow }).first().waitFor();
    await page.evaluate(() => {
      performance.clearMarks('runlog:timeline');
      addEventListener('click', event => performance.mark('click', { startTime: event.timeStamp }), {
        capture: true,
        once: true,
      });
    });
    await page.locator('.table-row', { hasText: workflow }).first().click();
    await page.waitForFunction(() => performance.getEntriesByName('runlog:timeline').length > 0);
    millis.push(
      await page.evaluate(() => {
        const [click] = performance.getEntriesByName('click');
        const drawn = performance.getEntriesByName('runlog:timeline').at(-1);
        performance.clearMarks('click');
        return drawn.startTime - click.startTime;
      }),
    );
    await page.goBack();
  }
  return summary(millis);
}

/** A run with 5,000 steps. */
export async function recordLarge(server, subject, workflow) {
  const large = run({ workflow, ago: 20 * 60_000, took: 600_000 });
  const all = steps(5000, { start: Date.now() - 20 * 60_000 });
  await record(server, subject, [large]);
  for (let from = 0; from < all.length; from += 500) {
    await record(server, subject, [{ event: 'steps', id: large.id, workflow, steps: all.slice(from, from + 500) }]);
  }
}

async function main() {
  const server = options.url ? new Server(options.url, {}, '') : await sharedServer();
  const subject = owner('figures');
  if (!options.token) {
    await record(server, subject, [
      ...Array.from({ length: 5000 }, (_, index) =>
        run({ workflow: `w${index % 20}`, ago: (index + 60) * 60_000, took: 500 + (index % 100) * 10 }),
      ),
      ...product(24 * 7),
      { event: 'started', id: id(), workflow: 'w1' },
    ]);
    await recordLarge(server, subject, 'large');
  }
  const figures = {
    first: ['first rows, ms', page => firstRows(page)],
    filter: ['filter change, ms', page => filterChange(page)],
    steps: ['5,000 steps, ms', page => timeline(page, 'large')],
    live: ['100 changes a second', page => liveFrames(page, server, subject, 100, Number(options.minutes))],
  };
  for (const [name, [title, measure]] of Object.entries(figures)) {
    if (options.only && options.only !== name) continue;
    if (options.token && (name === 'steps' || name === 'live')) continue;
    const signedIn = options.token
      ? {
          signedIn: false,
          storageState: {
            cookies: [
              {
                name: 'runlog-session',
                value: options.token,
                domain: new URL(server.url).hostname,
                path: '/',
                expires: -1,
                httpOnly: true,
                secure: false,
                sameSite: 'Strict',
              },
            ],
            origins: [],
          },
        }
      : {};
    await visiting(
      subject,
      '',
      async page => {
        await until(
          () => page.locator('.table-row').count(),
          count => count > 0,
        );
        await page.getByRole('slider').waitFor();
        console.log(title, JSON.stringify(await measure(page)));
      },
      { server, expected: [/./], height: 2000, ...signedIn },
    );
  }
}

if (process.argv[1] === import.meta.filename) {
  const { test } = await import('node:test');
  // The hooks that stop the server and the browser belong to a test.
  test('figures', { timeout: 3_600_000 }, main);
}
