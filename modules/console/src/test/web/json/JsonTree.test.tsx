// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JsonTree } from '../../../main/web/json/JsonTree';

const ROW_HEIGHT = 22;
const NUMBERS = JSON.stringify(Array.from({ length: 1000 }, (_, index) => 5000 + index));

const open = (text: string) => act(() => render(<JsonTree text={text} label="Payload" />, document.body));
const tree = () => document.querySelector<HTMLElement>('[role=tree]')!;
const lines = () => [...document.querySelectorAll<HTMLElement>('[role=treeitem]')];
const values = () => lines().map(line => line.querySelector('.json-value')?.textContent);
const chosen = () => document.querySelector('[role=treeitem][aria-selected=true]')?.textContent;
const clickRaw = () =>
  act(() => [...document.querySelectorAll('button')].find(button => button.textContent === 'Raw')!.click());
const scrollTo = (row: number) =>
  act(() => {
    tree().scrollTop = row * ROW_HEIGHT;
    tree().dispatchEvent(new Event('scroll'));
  });
const press = (...keys: string[]) => {
  for (const key of keys)
    act(() => {
      tree().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    });
};

beforeEach(() => {
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 10 * ROW_HEIGHT });
});

afterEach(() => act(() => render(null, document.body)));

test('shows only the lines in sight, and others when it is scrolled', () => {
  open(NUMBERS);
  expect(lines().length).toBeLessThan(30);

  scrollTo(500);

  expect(values()).toContain('5499');
});

test('after the raw text, the lines at the top are shown and scrolling works', () => {
  open(NUMBERS);
  scrollTo(500);

  clickRaw();
  expect(document.querySelector('.json-raw')!.textContent).toBe(NUMBERS);
  clickRaw();

  expect(tree().scrollTop).toBe(0);
  expect(values()).toContain('5000');
  scrollTo(700);
  expect(values()).toContain('5699');
});

test('after the raw text, the chosen line is in sight', () => {
  open(NUMBERS);
  press('End');
  expect(values()).toContain('5999');

  clickRaw();
  clickRaw();

  expect(values()).toContain('5999');
  expect(chosen()).toContain('5999');
});

test('keys close, open and move', () => {
  open('{"a":{"b":1},"c":2}');
  const shown = () => lines().map(line => line.querySelector('.json-key')?.textContent ?? '');
  expect(shown()).toEqual(['', 'a', 'b', 'c']);

  press('ArrowDown', 'ArrowLeft');
  expect(shown()).toEqual(['', 'a', 'c']);
  press('*');
  expect(shown()).toEqual(['', 'a', 'b', 'c']);
  press('ArrowRight', 'ArrowDown');
  expect(chosen()).toBe('c2');
});
