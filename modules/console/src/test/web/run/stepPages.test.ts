import { describe, expect, it } from 'vitest';
import { type AskSteps, type LoadedSteps, type StepConnection, StepPages } from '../../../main/web/run/stepPages';
import type { StepOutline } from '../../../main/web/timeline/layout';

function aStep(index: number, status: StepOutline['status'] = 'SUCCESS'): StepOutline {
  return {
    index,
    parentIndex: null,
    attempt: 1,
    name: `step ${index}`,
    kind: null,
    status,
    startedAt: null,
    finishedAt: null,
    durationMillis: null,
  };
}

/** Pages of a list of steps, with their indexes as cursors. */
function server(steps: () => StepOutline[]) {
  const asked: object[] = [];
  const ask: AskSteps = async ({ first, after, last, before }) => {
    asked.push({ first, after, last, before });
    const all = steps().sort((a, b) => a.index - b.index);
    const between = all.filter(
      step => step.index > Number(after ?? -1) && step.index < Number(before ?? Number.POSITIVE_INFINITY),
    );
    const page = first ? between.slice(0, first) : between.slice(-(last ?? 0));
    return {
      edges: page.map(node => ({ cursor: String(node.index), node })),
      pageInfo: {
        hasNextPage: page.length > 0 && page.at(-1) !== all.at(-1),
        hasPreviousPage: page.length > 0 && page[0] !== all[0],
        startCursor: page.length ? String(page[0]?.index) : null,
        endCursor: page.length ? String(page.at(-1)?.index) : null,
      },
      totalCount: all.length,
    } as StepConnection;
  };
  return { ask, asked };
}

describe('StepPages', () => {
  it.each([0, 1, 199, 200, 201, 400, 1234, 5000])('reads all of %i steps once', async count => {
    const published: LoadedSteps[] = [];
    const { ask, asked } = server(() => Array.from({ length: count }, (_, index) => aStep(index)));

    await new StepPages(ask, loaded => published.push(loaded)).readAll();

    expect(published.at(-1)).toMatchObject({ total: count, isComplete: true });
    expect(published.at(-1)?.steps.map(step => step.index)).toEqual(Array.from({ length: count }, (_, at) => at));
    expect(asked).toHaveLength(Math.max(1, Math.ceil(count / 200)));
  });

  it('asks again only for pages with running steps, and for new steps', async () => {
    let steps = Array.from({ length: 900 }, (_, index) => aStep(index, index === 250 ? 'RUNNING' : 'SUCCESS'));
    let loaded: LoadedSteps | undefined;
    const { ask, asked } = server(() => steps);
    const pages = new StepPages(ask, next => {
      loaded = next;
    });
    await pages.readAll();
    asked.length = 0;

    steps = [...steps.map(step => ({ ...step, status: 'SUCCESS' as const })), aStep(900, 'RUNNING')];
    await pages.refresh();

    // The second page, the last one, and the one that begins with the new step.
    expect(asked).toHaveLength(3);
    expect(loaded?.steps).toHaveLength(901);
    expect(loaded?.steps[250]?.status).toBe('SUCCESS');
  });

  it('reads everything again if a step was added in the middle', async () => {
    let steps = Array.from({ length: 500 }, (_, at) => aStep(at * 2));
    let loaded: LoadedSteps | undefined;
    const pages = new StepPages(server(() => steps).ask, next => {
      loaded = next;
    });
    await pages.readAll();

    steps = [...steps, aStep(3)];
    await pages.refresh();

    expect(loaded?.steps.map(step => step.index).slice(0, 4)).toEqual([0, 2, 3, 4]);
    expect(loaded?.steps).toHaveLength(501);
  });
});
