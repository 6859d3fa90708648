// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type KeyBinding, keyScopes, pressKey, useKeys } from '../../../main/web/app/keys';

function Page({ bindings }: { bindings: KeyBinding[] }) {
  useKeys('Page', bindings);
  return (
    <>
      <input id="field" />
      <button id="button" type="button" />
      <p id="text" />
    </>
  );
}

const show = (bindings: KeyBinding[]) => act(() => render(<Page bindings={bindings} />, document.body));
const press = (key: string, more: KeyboardEventInit = {}, on = 'text') =>
  document
    .getElementById(on)
    ?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));

beforeEach(() => addEventListener('keydown', pressKey));
afterEach(() => {
  removeEventListener('keydown', pressKey);
  act(() => render(null, document.body));
});

test('a key runs what it is bound to now', () => {
  const first = vi.fn();
  const second = vi.fn();
  show([{ key: 'j', label: 'Next', run: first }]);
  show([{ key: 'j', label: 'Next', run: second }]);
  press('j');
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1]);
});

test('keys are off in fields and with modifiers, and Enter belongs to a focused button', () => {
  const run = vi.fn();
  show([
    { key: 'j', label: 'Next', run },
    { key: 'Enter', label: 'Open', run },
  ]);
  press('j', {}, 'field');
  press('j', { ctrlKey: true });
  press('Enter', {}, 'button');
  expect(run).not.toHaveBeenCalled();
  press('Enter');
  expect(run).toHaveBeenCalledTimes(1);
});

test('two keys one after the other', () => {
  const go = vi.fn();
  const next = vi.fn();
  show([
    { key: 'g r', label: 'Go to runs', run: go },
    { key: 'r', label: 'Refresh', run: next },
  ]);
  press('g');
  press('r');
  press('r');
  expect([go.mock.calls.length, next.mock.calls.length]).toEqual([1, 1]);
});

test('a page that is left takes its keys with it', () => {
  show([{ key: 'j', label: 'Next', run: vi.fn() }]);
  expect(keyScopes.get().map(scope => scope.name)).toEqual(['Page']);
  act(() => render(null, document.body));
  expect(keyScopes.get()).toEqual([]);
});
