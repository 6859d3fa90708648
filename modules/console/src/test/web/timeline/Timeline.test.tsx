// @vitest-environment happy-dom
import { render } from 'preact';
import { useState } from 'preact/hooks';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pressKey } from '../../../main/web/app/keys';
import type { StepOutline } from '../../../main/web/timeline/layout';
import { Timeline } from '../../../main/web/timeline/Timeline';
import type { Range } from '../../../main/web/timeline/view';

const START = Date.parse('2026-11-27T02:00:00Z');
const ROW_HEIGHT = 26;

/** Groups of ten below a parent each; the last step of the second group failed. */
const STEPS: StepOutline[] = Array.from({ length: 550 }, (_, index) => ({
  index,
  parentIndex: index % 11 ? index - (index % 11) : null,
  attempt: 1,
  name: `step ${index}`,
  kind: null,
  status: index === 21 ? 'FAILED' : 'SUCCESS',
  startedAt: new Date(START + index * 100).toISOString(),
  finishedAt: new Date(START + index * 100 + 90).toISOString(),
  durationMillis: 90,
}));

let selected: number | null;
let view: Range | null;

function Page({ initial }: { initial: number | null }) {
  const [step, setStep] = useState(initial);
  const [zoomed, setZoomed] = useState<Range | null>(null);
  selected = step;
  view = zoomed;
  return (
    <Timeline
      steps={STEPS}
      range={[START, START + 55_000]}
      selected={step}
      onSelect={setStep}
      view={zoomed}
      onView={setZoomed}
    />
  );
}

const open = (initial: number | null = null) => act(() => render(<Page initial={initial} />, document.body));
const tree = () => document.querySelector<HTMLElement>('[role=tree]')!;
const rows = () => [...document.querySelectorAll<HTMLElement>('[role=treeitem]')];
const row = (index: number) =>
  rows().find(one => one.querySelector('.timeline-text')!.textContent === `step ${index}`)!;
const scrollTo = (to: number) =>
  act(() => {
    tree().scrollTop = to * ROW_HEIGHT;
    tree().dispatchEvent(new Event('scroll'));
  });
/** What a browser does with a mouse: the press moves the focus, and the click comes if the row is still there. */
function click(element: HTMLElement) {
  act(() => tree().focus());
  const isThere = element.isConnected;
  if (isThere) act(() => element.click());
  return isThere;
}
const press = (key: string, more: KeyboardEventInit = {}) =>
  act(() => {
    tree().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  });
const pressOnPage = (key: string) =>
  act(() => {
    pressKey(new KeyboardEvent('keydown', { key, cancelable: true }));
  });

beforeEach(() => {
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 10 * ROW_HEIGHT });
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 1000 });
});

afterEach(() => act(() => render(null, document.body)));

test('a click in a scrolled timeline chooses the row that was pressed', () => {
  open();
  scrollTo(300);

  expect(click(row(304))).toBe(true);

  expect(selected).toBe(304);
  expect(tree().scrollTop).toBe(300 * ROW_HEIGHT);
});

test('a click on a twist opens and closes, and chooses nothing', () => {
  open();
  scrollTo(297);

  click(row(297).querySelector('.timeline-twist')!);

  expect(row(297).getAttribute('aria-expanded')).toBe('false');
  expect(row(298)).toBeUndefined();
  expect(selected).toBeNull();
});

test('a press keeps the chosen step while a search hides it', () => {
  open(3);
  const search = document.querySelector<HTMLInputElement>('input[type=search]')!;
  act(() => {
    search.value = 'step 54';
    search.dispatchEvent(new Event('input', { bubbles: true }));
  });

  act(() => tree().focus());

  expect(row(3)).toBeUndefined();
  expect(selected).toBe(3);
});

test('the focus alone chooses nothing, and keys start with the first row in sight', () => {
  open();
  scrollTo(100);

  act(() => tree().focus());
  expect(selected).toBeNull();
  press('ArrowDown');
  expect(selected).toBe(100);
  press('ArrowUp');
  expect(selected).toBe(99);
});

test('arrow keys, Page Up and Down, Home and End move through the tree', () => {
  open(0);

  const visited = ['ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageDown', 'PageUp', 'End', 'Home'].map(key => {
    press(key);
    return selected;
  });

  expect(visited).toEqual([1, 0, 1, 10, 1, 549, 0]);
  expect(tree().getAttribute('aria-activedescendant')).toBe(row(0).id);
});

test('keys open and close the chosen step', () => {
  open(0);

  press('ArrowLeft');
  expect(row(0).getAttribute('aria-expanded')).toBe('false');
  press('ArrowDown');
  expect(selected).toBe(11);
  press('Enter');
  expect(row(11).getAttribute('aria-expanded')).toBe('false');
  press(' ');
  expect(row(11).getAttribute('aria-expanded')).toBe('true');
});

test('keys of the page move, find failures and zoom', () => {
  open();

  pressOnPage('j');
  pressOnPage('j');
  expect(selected).toBe(1);
  pressOnPage('k');
  expect(selected).toBe(0);
  pressOnPage('e');
  expect(selected).toBe(21);

  pressOnPage('z');
  expect(view!.from).toBeCloseTo(START + 2100 - 9);
  expect(view!.to).toBeCloseTo(START + 2100 + 99);
  pressOnPage('-');
  expect(view!.to - view!.from).toBeCloseTo(216);
  pressOnPage('+');
  expect(view!.to - view!.from).toBeCloseTo(108);
  press('ArrowRight', { shiftKey: true });
  expect(view!.from).toBeCloseTo(START + 2100 - 9 + 21.6);
  pressOnPage('0');
  expect(view).toBeNull();
});

test('a step that never ended stops with its run, and nothing is drawn again', async () => {
  vi.useFakeTimers();
  const step: StepOutline = { ...STEPS[0]!, status: 'RUNNING', finishedAt: null, durationMillis: null };
  act(() =>
    render(
      <Timeline
        steps={[step]}
        range={[START, START + 55_000]}
        selected={null}
        onSelect={() => {}}
        view={null}
        onView={() => {}}
      />,
      document.body,
    ),
  );

  expect(row(0).querySelector('.timeline-duration')!.textContent).toBe('55 s');
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
