// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SearchBox } from '../../../main/web/runs/SearchBox';

const sent = vi.fn();
const show = (value: string) => act(() => render(<SearchBox value={value} onChange={sent} />, document.body));
const box = () => document.querySelector('input')!;
const type = (text: string) =>
  act(() => {
    box().value = text;
    box().dispatchEvent(new Event('input', { bubbles: true }));
  });

beforeEach(() => {
  vi.useFakeTimers();
  sent.mockReset();
});

afterEach(() => {
  act(() => render(null, document.body));
  vi.useRealTimers();
});

test('searches once the typing pauses, and keeps the text as it was typed', () => {
  show('');
  type('time');
  type('timeout ');
  expect(sent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(sent.mock.calls).toEqual([['timeout']]);

  show('timeout');
  expect(box().value).toBe('timeout ');
});

test('follows the URL, and does not send afterwards what was typed before', () => {
  show('timeout');
  type('timeout of');
  show('disk');
  expect(box().value).toBe('disk');
  vi.advanceTimersByTime(1_000);
  expect(sent).not.toHaveBeenCalled();
});
