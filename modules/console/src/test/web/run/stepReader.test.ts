import { describe, expect, it } from 'vitest';
import {
  type LoadedSteps,
  STEPS_BY_INDEX,
  type StepConnection,
  StepReader,
  type StepSource,
} from '../../../main/web/run/stepReader';
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

/** Answers for a list of steps that may change, and notes what was asked. */
function aServer(steps: () => StepOutline[]) {
  const asked: string[] = [];
  const source: StepSource = {
    async page({ first, after, last }) {
      asked.push(first ? `first after ${after ?? 'the start'}` : 'last');
      const all = steps().sort((a, b) => a.index - b.index);
      const rest = all.filter(step => step.index > Number(after ?? -1));
      const nodes = first ? rest.slice(0, first) : all.slice(-(last ?? 0));
      const pageInfo = { hasNextPage: first ? rest.length > first : false, endCursor: String(nodes.at(-1)?.index) };
      return { nodes, pageInfo, totalCount: all.length } as StepConnection;
    },
    async byIndex(indexes) {
      asked.push(`${indexes.length} by index`);
      expect(indexes.length).toBeLessThanOrEqual(STEPS_BY_INDEX);
      return indexes.map(index => steps().find(step => step.index === index) ?? null);
    },
  };
  const published: LoadedSteps[] = [];
  return { asked, published, reader: new StepReader(source, loaded => published.push(loaded)) };
}

const indexes = (loaded: LoadedSteps | undefined) => loaded?.steps.map(step => step.index).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('StepReader', () => {
  it.each([0, 1, 199, 200, 201, 1200, 1201, 2500])('reads all of %i steps', async count => {
    const { asked, published, reader } = aServer(() => upTo(count).map(index => aStep(index)));

    await reader.read();

    expect(published.at(-1)).toMatchObject({ total: count, isComplete: true });
    expect(indexes(published.at(-1))).toEqual(upTo(count));
    expect(asked).toHaveLength(1 + Math.ceil(Math.max(0, count - 200) / STEPS_BY_INDEX));
  });

  it('shows the first page before the rest', async () => {
    const { published, reader } = aServer(() => upTo(500).map(index => aStep(index)));

    await reader.read();

    expect(published.map(loaded => [loaded.steps.length, loaded.isComplete])).toEqual([
      [200, false],
      [500, true],
    ]);
  });

  it('reads steps with gaps between their indexes', async () => {
    const { published, reader } = aServer(() => upTo(700).map(index => aStep(index * 7)));

    await reader.read();

    expect(indexes(published.at(-1))).toEqual(upTo(700).map(index => index * 7));
  });

  it('asks again only for running and new steps', async () => {
    let steps = upTo(900).map(index => aStep(index, index === 250 ? 'RUNNING' : 'SUCCESS'));
    const { asked, published, reader } = aServer(() => steps);
    await reader.read();
    asked.length = 0;

    steps = [...upTo(900).map(index => aStep(index)), aStep(900, 'RUNNING')];
    await reader.read();

    expect(asked).toEqual(['last', '1 by index']);
    expect(
      published
        .at(-1)
        ?.steps.filter(step => step.status === 'RUNNING')
        .map(step => step.index),
    ).toEqual([900]);
  });

  it('finds a step that was added in the middle', async () => {
    let steps = upTo(500).map(index => aStep(index * 2));
    const { published, reader } = aServer(() => steps);
    await reader.read();

    steps = [...steps, aStep(3)];
    await reader.read();

    expect(indexes(published.at(-1))?.slice(0, 4)).toEqual([0, 2, 3, 4]);
    expect(published.at(-1)?.steps).toHaveLength(501);
  });

  it('reads more than a page of new steps without those that it has', async () => {
    let count = 2000;
    const { asked, published, reader } = aServer(() => upTo(count).map(index => aStep(index)));
    await reader.read();
    asked.length = 0;

    count = 2500;
    await reader.read();

    expect(asked).toEqual(['last', '300 by index']);
    expect(indexes(published.at(-1))).toEqual(upTo(2500));
  });

  it('never shows fewer steps than before', async () => {
    let steps = upTo(900).map(index => aStep(index * 2));
    const { published, reader } = aServer(() => steps);
    await reader.read();
    published.length = 0;

    steps = [...steps, aStep(3), ...upTo(300).map(index => aStep(3000 + index))];
    await reader.read();

    expect(published.map(({ steps, isComplete }) => [steps.length, isComplete])).toEqual([[1201, true]]);
  });

  it('reads all again after the first reading failed', async () => {
    let isBroken = true;
    const { published, reader } = aServer(() => {
      if (isBroken) throw new Error('broken');
      return upTo(500).map(index => aStep(index));
    });
    await expect(reader.read()).rejects.toThrow('broken');

    isBroken = false;
    await reader.read();

    expect(indexes(published.at(-1))).toEqual(upTo(500));
  });
});
