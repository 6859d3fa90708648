// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, test } from 'vitest';
import { SavedViews } from '../../../main/web/runs/SavedViews';

const button = (name: string) =>
  [...document.querySelectorAll('button')].find(
    one => one.getAttribute('aria-label') === name || one.textContent === name,
  )!;
const click = (name: string) => act(() => button(name).click());
const type = (text: string) =>
  act(() => {
    const field = document.activeElement as HTMLInputElement;
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });

afterEach(async () => {
  await act(() => render(null, document.body));
  localStorage.clear();
});

test('the field for another name has the focus, and its button has it afterwards', async () => {
  localStorage.setItem('runlog:views:', JSON.stringify([{ name: 'Nightly', query: 'status=FAILED' }]));
  await act(() => render(<SavedViews />, document.body));
  await click('Views');

  await click('Rename Nightly');
  expect(document.activeElement?.tagName).toBe('INPUT');
  await type('Night');
  await click('Rename');

  expect(document.activeElement?.getAttribute('aria-label')).toBe('Rename Night');
});
