import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync('src/main/web/tokens.css', 'utf8');

const TOKENS = Object.fromEntries(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [
    name as string,
    { light: light as string, dark: dark as string },
  ]),
);
const THEMES = ['light', 'dark'] as const;
const BACKGROUNDS = ['page', 'surface', 'raised'];
const TEXTS = [
  'ink',
  'ink-2',
  'ink-3',
  'accent',
  'success',
  'failed',
  'running',
  'queued',
  'cancelled',
  'crashed',
  'warn',
];

/** Relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map(at => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string, theme: 'light' | 'dark'): number {
  const [low, high] = [one, other].map(name => luminance(TOKENS[name]?.[theme] ?? '')).sort((a, b) => a - b);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

for (const theme of THEMES) {
  test.each(TEXTS.flatMap(text => BACKGROUNDS.map(background => [text, background])))(
    `%s can be read on %s in the ${theme} theme`,
    (text, background) => expect(contrast(text as string, background as string, theme)).toBeGreaterThanOrEqual(4.5),
  );
  test.each(BACKGROUNDS)(`borders of controls are visible on %s in the ${theme} theme`, background =>
    expect(contrast('control', background, theme)).toBeGreaterThanOrEqual(3),
  );
  test.each(['accent', 'failed'])(`text on a button in %s can be read in the ${theme} theme`, background =>
    expect(contrast('on-accent', background, theme)).toBeGreaterThanOrEqual(4.5),
  );
}
