// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { chooseZone, localZone } from '../../../main/web/app/clock';
import { currentAddress, href, lastRuns, navigate, place } from '../../../main/web/app/navigate';

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(Date.now() + 60_000);
  navigate('/start', 'push');
});

afterEach(() => {
  chooseZone(localZone);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('a hundred changes of the same view show at once and write the address twice', () => {
  const write = vi.spyOn(history, 'replaceState');

  for (let step = 1; step <= 100; step++) {
    navigate(`/executions/x?step=${step}`, 'replace');
    expect(place.get().query).toBe(`step=${step}`);
  }
  expect(write).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1_000);

  expect(write).toHaveBeenCalledTimes(2);
  expect(location.search).toBe('?step=100');
});

test('the entry that is left keeps its last change', () => {
  navigate('/executions/x?step=1', 'replace');
  navigate('/executions/x?step=2', 'replace');
  const push = vi.spyOn(history, 'pushState').mockImplementation(() => {
    expect(location.search).toBe('?step=2');
  });

  navigate('/workflows');

  expect(push).toHaveBeenCalledOnce();
});

test('a link to what is on the screen has its last change', () => {
  navigate('/executions/x?step=1', 'replace');
  navigate('/executions/x?step=2', 'replace');

  expect(currentAddress()).toContain('step=2');
});

test('the list of runs is found again with its filters', () => {
  navigate('/?status=FAILED&at=x');
  navigate('/executions/x');

  expect(lastRuns()).toBe('/?status=FAILED&at=x');
});

test('every link names the time zone unless it is that of the browser', () => {
  expect(href('/workflows?q=a')).toBe('/ui/workflows?q=a');
  chooseZone('Asia/Kolkata');

  expect(href('/workflows?q=a')).toBe('/ui/workflows?q=a&tz=Asia/Kolkata');
  expect(href('/')).toBe('/ui/?tz=Asia/Kolkata');
  expect(href('/?tz=UTC')).toBe('/ui/?tz=UTC');
});
