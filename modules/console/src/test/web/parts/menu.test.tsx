// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, test, vi } from 'vitest';
import { Menu, type MenuItem } from '../../../main/web/parts/Menu';

const show = (items: MenuItem[]) => act(() => render(<Menu label="Order" items={items} />, document.body));
const button = () => document.querySelector<HTMLElement>('button[aria-haspopup]') as HTMLElement;
const items = () => [...document.querySelectorAll<HTMLElement>('[role^=menuitem]')];
const press = (key: string) =>
  act(() => {
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  });
const click = (element: HTMLElement | undefined) => act(() => element?.click());

afterEach(() => act(() => render(null, document.body)));

test('arrow keys, Home, End and first letters move, and go round', async () => {
  await show([{ label: 'Newest' }, { label: 'Oldest' }, { label: 'Longest' }]);
  await click(button());
  const words = [document.activeElement?.textContent];
  for (const key of ['ArrowDown', 'End', 'ArrowDown', 'ArrowUp', 'Home', 'o']) {
    await press(key);
    words.push(document.activeElement?.textContent);
  }
  expect(words).toEqual(['Newest', 'Oldest', 'Longest', 'Newest', 'Longest', 'Newest', 'Oldest']);
});

test('Escape closes it and returns the focus', async () => {
  await show([{ label: 'Newest' }]);
  await click(button());
  expect(button().getAttribute('aria-expanded')).toBe('true');
  await press('Escape');
  expect([items().length, button().getAttribute('aria-expanded')]).toEqual([0, 'false']);
  expect(document.activeElement).toBe(button());
});

test('a choice closes it, unless it stays for several', async () => {
  const run = vi.fn();
  await show([
    { label: 'Trigger', checked: false, stays: true, run },
    { label: 'Newest', run },
  ]);
  await click(button());
  await click(items()[0]);
  expect([items().length, run.mock.calls.length]).toEqual([2, 1]);
  await click(items()[1]);
  expect([items().length, run.mock.calls.length]).toEqual([0, 2]);
});

test('an unavailable item says why and does nothing', async () => {
  const run = vi.fn();
  await show([{ label: 'Delete', unavailable: 'Needs a scope', run }]);
  await click(button());
  await click(items()[0]);
  expect([items()[0]?.title, items()[0]?.getAttribute('aria-disabled'), run.mock.calls.length]).toEqual([
    'Needs a scope',
    'true',
    0,
  ]);
});
