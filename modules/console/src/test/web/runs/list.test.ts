// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest';
import { type Question, RunsList } from '../../../main/web/runs/list';

const question: Question = { filter: {}, filterNow: () => ({}), order: 'STARTED_AT_DESC' };

afterEach(() => vi.unstubAllGlobals());

/** Notes each request, which is answered when the test says so. */
function aServer() {
  const asked: { variables: Record<string, unknown>; answer: (ids: number[]) => Promise<void> }[] = [];
  vi.stubGlobal('fetch', (_: string, { body }: { body: string }) => {
    const { variables } = JSON.parse(body) as { variables: Record<string, unknown> };
    return new Promise(resolve => {
      asked.push({
        variables,
        async answer(ids) {
          const edges = ids.map(id => ({ cursor: `c${id}`, node: { id: `${id}` } }));
          const pageInfo = {
            hasNextPage: true,
            hasPreviousPage: true,
            startCursor: edges[0]?.cursor,
            endCursor: edges.at(-1)?.cursor,
          };
          const executions = { edges, pageInfo, isPartial: false, searchedUntil: null };
          resolve(new Response(JSON.stringify({ data: { executions } })));
          await new Promise(done => setTimeout(done));
        },
      });
    });
  });
  return asked;
}

const shown = (list: RunsList) => list.state.get().rows.map(({ run }) => Number(run.id));

test('a page that comes after the rows were replaced leaves no hole below them', async () => {
  const asked = aServer();
  const list = new RunsList();
  list.ask(question, null);
  await asked[0]?.answer([1, 2, 3]);
  void list.more();
  void list.refresh();
  await asked[2]?.answer([1, 2]);

  await asked[1]?.answer([4, 5]);

  expect(shown(list)).toEqual([1, 2]);
  void list.more();
  expect(asked[3]?.variables).toMatchObject({ after: 'c2' });
  await asked[3]?.answer([3, 4]);
  expect(shown(list)).toEqual([1, 2, 3, 4]);
  list.dispose();
});

test('a page that comes after the rows were replaced leaves no hole above them', async () => {
  const asked = aServer();
  const list = new RunsList();
  list.ask(question, 'c10');
  await asked[0]?.answer([11, 12, 13, 14]);
  void list.previous();
  list.scrolledTo(2);
  void list.refresh();
  await asked[2]?.answer([13, 14]);

  await asked[1]?.answer([9, 10]);

  expect(shown(list)).toEqual([13, 14]);
  expect(asked[3]?.variables).toMatchObject({ before: 'c13' });
  await asked[3]?.answer([10, 11, 12]);
  expect(shown(list)).toEqual([10, 11, 12, 13, 14]);
  list.dispose();
});

test('runs that came while the list was opened are counted, and move no row', async () => {
  const asked = aServer();
  const list = new RunsList();
  list.ask(question, null);
  await asked[0]?.answer([1, 2, 3]);
  const { generation } = list.state.get();
  void list.refresh(true);
  await asked[1]?.answer([9, 8, 1, 2]);

  expect(shown(list)).toEqual([1, 2]);
  expect(list.state.get()).toMatchObject({ fresh: 2, generation });

  // Nothing of what was shown is left.
  void list.refresh(true);
  await asked[2]?.answer([13, 12, 11]);
  expect(shown(list)).toEqual([13, 12, 11]);
  expect(list.state.get()).toMatchObject({ fresh: 0, generation: generation + 1 });
  list.dispose();
});

test('a jump says whether there is nothing or whether it failed', async () => {
  const asked = aServer();
  const list = new RunsList();
  const empty = list.jump(question, '2026-11-21T12:00:00Z');
  await asked[0]?.answer([]);
  expect(await empty).toBe(false);

  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
  expect(await list.jump(question, '2026-11-21T12:00:00Z')).toBeNull();
  expect(list.state.get().error?.code).toBe('OFFLINE');
  list.dispose();
});
