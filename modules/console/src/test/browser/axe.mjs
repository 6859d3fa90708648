// Accessibility of a page, by axe-core.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on the page, in words. */
export async function violations(page, where) {
  // By the debugger, because the content security policy of the page forbids other scripts.
  await page.evaluate(AXE);
  return page.evaluate(async where => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(
      ({ id, help, nodes }) => `${where}: ${id}, ${help}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' ')}`,
    );
  }, where);
}
