// Chromium, driven by Playwright. A visit is a browser context with a page: what one person has open.
//
// CONSOLE_CHROMIUM: the program, /usr/bin/chromium by default. CONSOLE_PICTURES=1 keeps a picture of each failed visit.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { chromium } from 'playwright-core';
import { sharedServer } from './server.mjs';
import { token } from './token.mjs';

const PROGRAM = process.env.CONSOLE_CHROMIUM ?? '/usr/bin/chromium';
const PICTURES = join(import.meta.dirname, '../../../target/screenshots');

/** A reason to skip, or false. */
export const withoutChromium = existsSync(PROGRAM) ? false : `no Chromium at ${PROGRAM}`;

/** For anything that should be there at once; a loaded machine takes longer. */
const PATIENCE_MILLIS = 20_000;

let started;

export function browser() {
  started ??= chromium.launch({
    executablePath: PROGRAM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  });
  return started;
}

after(async () => {
  await started?.then(
    running => running.close(),
    () => {},
  );
});

/** What browsers report although nothing is wrong: requests before a sign-in, and while a server is away. */
export const SIGNED_OUT = /status of 401/;
export const AWAY =
  /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INTERNET_DISCONNECTED|ERR_EMPTY_RESPONSE|WebSocket connection/;

/**
 * Opens a page of the console for an owner, runs `visit` with it, and closes it. Fails on any error in the console of
 * the browser, on uncaught errors and on violations of the content security policy, except those that `expected` matches.
 */
export async function visiting(owner, path, visit, options = {}) {
  const {
    server = await sharedServer(),
    signedIn = true,
    expected = [],
    width = 1280,
    height = 800,
    base = '',
    scopes,
    seconds,
    ...context
  } = options;
  const own = await (await browser()).newContext({ viewport: { width, height }, timezoneId: 'UTC', ...context });
  own.setDefaultTimeout(PATIENCE_MILLIS);
  const problems = [];
  const note = text => {
    if (!expected.some(pattern => pattern.test(text))) problems.push(text);
  };
  own.on('console', message => {
    if (message.type() === 'error') note(`${message.text()} ${message.location().url}`);
  });
  own.on('weberror', error => note(String(error.error().stack ?? error.error())));
  await own.addInitScript(() => {
    addEventListener('securitypolicyviolation', event =>
      console.error(`Blocked by the content security policy: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  if (signedIn) await signInBehindTheScenes(own, server, owner, { scopes, seconds });
  const page = await own.newPage();
  try {
    await page.goto(`${server.url}${base}/ui/${path}`);
    await visit(page, { server, context: own });
    assert.deepEqual(problems, [], 'errors in the browser');
  } catch (failure) {
    if (process.env.CONSOLE_PICTURES) {
      await picture(page, `failed-${owner}`).catch(() => {});
      if (problems.length) console.log(problems);
    }
    throw failure;
  } finally {
    await own.close();
  }
}

/** The cookie that a sign-in sets. */
export function signInBehindTheScenes(context, server, owner, options = {}) {
  return context.addCookies([
    {
      name: 'runlog-session',
      value: token(owner, Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))),
      url: server.url,
      httpOnly: true,
      sameSite: 'Strict',
    },
  ]);
}

export async function picture(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/** The text of each visible row, by column. */
export function rows(page) {
  return page
    .locator('.table-row')
    .evaluateAll(elements =>
      elements
        .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
        .map(row => Object.fromEntries([...row.children].map(cell => [cell.dataset.column, cell.textContent.trim()]))),
    );
}

/** Waits until a function of values that are read again and again is true. */
export async function until(read, isDone, what = 'the expected state') {
  const deadline = Date.now() + PATIENCE_MILLIS;
  let last;
  for (;;) {
    last = await read();
    if (isDone(last)) return last;
    if (Date.now() > deadline) assert.fail(`Timed out waiting for ${what}; last: ${JSON.stringify(last)}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
