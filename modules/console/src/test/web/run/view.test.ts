import { expect, it } from 'vitest';
import { RUN_VIEW, type RunView } from '../../../main/web/run/view';

it.each<RunView>([
  { step: null, tab: null, stepTab: null, zoom: null },
  { step: 0, tab: 'payload', stepTab: 'output', zoom: '5-90' },
  { step: 'none', tab: 'result', stepTab: 'input', zoom: null },
])('returns from the URL what was written: %o', view => {
  const query = new URLSearchParams('tz=UTC');

  RUN_VIEW.write(view, query);

  expect(RUN_VIEW.read(query)).toEqual(view);
  expect(query.get('tz')).toBe('UTC');
});

it('ignores what it does not understand', () => {
  expect(RUN_VIEW.read(new URLSearchParams('step=x&tab=y&stepTab='))).toEqual({
    step: null,
    tab: null,
    stepTab: null,
    zoom: null,
  });
});
