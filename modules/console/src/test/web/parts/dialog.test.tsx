// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, test, vi } from 'vitest';
import { Dialog } from '../../../main/web/parts/Dialog';

const show = (onClose?: () => void) =>
  act(() =>
    render(
      <Dialog title="Sign in" onClose={onClose}>
        <input data-autofocus />
      </Dialog>,
      document.body,
    ),
  );
const dialog = () => document.querySelector('dialog')!;
/** Esc, as browsers handle it. They close the dialog without asking if nothing else was pressed since the last time. */
function pressEscape({ asks }: { asks: boolean }) {
  return act(() => {
    if (!asks || dialog().dispatchEvent(new Event('cancel', { cancelable: true }))) dialog().close();
  });
}

afterEach(() => act(() => render(null, document.body)));

test('a dialog that must stay survives Esc, however often it is pressed', async () => {
  await show();
  document.querySelector('input')!.value = 'half a token';
  for (const asks of [true, false, false]) {
    await pressEscape({ asks });
    expect(dialog().open).toBe(true);
    expect(document.activeElement).toBe(document.querySelector('input'));
    expect(document.querySelector('input')!.value).toBe('half a token');
  }
});

test('Esc closes any other dialog once', async () => {
  for (const asks of [true, false]) {
    const close = vi.fn();
    await show(close);
    await pressEscape({ asks });
    expect(close).toHaveBeenCalledTimes(1);
    await act(() => render(null, document.body));
  }
});
