// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, test, vi } from 'vitest';
import { Tabs } from '../../../main/web/parts/Tabs';

const TABS = [
  { id: 'now', label: 'Delete now' },
  { id: 'past', label: 'Past cleanups' },
];
const tab = (index: number) => document.querySelectorAll<HTMLElement>('[role=tab]')[index]!;

afterEach(() => act(() => render(null, document.body)));

test('the selected tab does nothing, by click or key', async () => {
  const select = vi.fn();
  await act(() =>
    render(
      <Tabs label="Clean up" tabs={TABS} selected="now" onSelect={select}>
        none
      </Tabs>,
      document.body,
    ),
  );

  await act(() => tab(0).click());
  tab(0).dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true, cancelable: true }));
  expect(select).not.toHaveBeenCalled();

  await act(() => tab(1).click());
  tab(0).dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true, cancelable: true }));
  expect(select.mock.calls).toEqual([['past'], ['past']]);
});
