import { expect, it } from 'vitest';
import { RUN_VIEW, type RunView } from '../../../main/web/run/view';

const NOTHING: RunView = { step: null, tab: null, stepTab: null, zoom: null, unknown: [] };

const read = (query: string) => RUN_VIEW.read(new URLSearchParams(query));
/** The query after a choice. */
const choose = (query: string, next: Partial<RunView>) => {
  const params = new URLSearchParams(query);
  RUN_VIEW.write({ ...RUN_VIEW.read(params), ...next }, params);
  return params.toString();
};

it.each<RunView>([
  NOTHING,
  { ...NOTHING, step: 0, tab: 'payload', stepTab: 'output', zoom: '5-90' },
  { ...NOTHING, step: 'none', tab: 'result', stepTab: 'input' },
  { ...NOTHING, step: 12_345, zoom: '-20-30' },
  { ...NOTHING, unknown: [{ name: 'zoom', value: '9-1' }] },
])('returns from the URL what was written: %o', view => {
  const query = new URLSearchParams('tz=UTC');

  RUN_VIEW.write(view, query);

  expect(RUN_VIEW.read(query)).toEqual(view);
  expect(query.get('tz')).toBe('UTC');
});

it.each(['step=x', 'step=-1', 'step=1.5', 'tab=y', 'stepTab=z', 'zoom=9-1', 'zoom=wide', 'stpe=17'])(
  'notes %s as not understood',
  query => {
    const [name, value] = query.split('=');

    expect(read(query)).toEqual({ ...NOTHING, unknown: [{ name, value }] });
  },
);

it('ignores an empty parameter', () => {
  expect(read('step=&zoom=')).toEqual(NOTHING);
});

it('keeps what is not understood until it is replaced or removed', () => {
  expect(choose('step=x&tab=y', { stepTab: 'input' })).toBe('stepTab=input&step=x&tab=y');
  expect(choose('step=x&tab=y', { step: 3 })).toBe('step=3&tab=y');
  expect(choose('step=x&tab=y&tz=UTC', { unknown: [] })).toBe('tz=UTC');
});
