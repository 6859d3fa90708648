import type { Result, Variables } from '../api/operation';
import type { StepOutline } from '../timeline/layout';

export type StepConnection = NonNullable<NonNullable<Result<'RunSteps'>['execution']>['steps']>;
export type AskSteps = (page: Omit<Variables<'RunSteps'>, 'id'>) => Promise<StepConnection | null>;

interface Page {
  readonly steps: readonly StepOutline[];
  readonly end: string | null;
}

export interface LoadedSteps {
  readonly steps: readonly StepOutline[];
  readonly total: number;
  /** Whether these are all steps that the run has. */
  readonly isComplete: boolean;
}

/** The maximum that the server allows. */
const PAGE = 200;

/** Reads the steps of a run in pages: all at first, then only pages that can have changed. */
export class StepPages {
  private readonly ask: AskSteps;
  private readonly publish: (loaded: LoadedSteps) => void;
  private pages: Page[] = [];
  private total = 0;

  constructor(ask: AskSteps, publish: (loaded: LoadedSteps) => void) {
    this.ask = ask;
    this.publish = publish;
  }

  /** Shows the first page at once, and the rest together. Both ends are read at the same time. */
  async readAll(): Promise<void> {
    const first = await this.ask({ first: PAGE });
    if (!first) return;
    this.total = first.totalCount;
    this.pages = [page(first)];
    let claimed = this.pages[0]?.steps.length ?? 0;
    this.report(claimed >= this.total);
    if (claimed >= this.total) return;

    const claim = () => {
      const size = Math.min(PAGE, this.total - claimed);
      claimed += Math.max(0, size);
      return size;
    };
    const front: Page[] = [];
    const back: Page[] = [];
    const readFront = async () => {
      let after = first.pageInfo.endCursor;
      for (let size = claim(); size > 0; size = claim()) {
        const next = await this.ask({ first: size, after });
        if (!next?.edges.length) return;
        front.push(page(next));
        after = next.pageInfo.endCursor;
      }
    };
    const readBack = async () => {
      let before: string | null = null;
      for (let size = claim(); size > 0; size = claim()) {
        const next: StepConnection | null = await this.ask({ last: size, before });
        if (!next?.edges.length) return;
        back.unshift(page(next));
        before = next.pageInfo.startCursor;
      }
    };
    await Promise.all([readFront(), readBack()]);
    this.pages = [...this.pages, ...front, ...back];
    this.report(true);
  }

  /** Reads the pages with running steps again, and what follows the last one. */
  async refresh(): Promise<void> {
    if (!this.pages.length) return this.readAll();
    const last = this.pages.length - 1;
    for (let at = 0; at < last; at++) {
      const known = this.pages[at] as Page;
      if (!known.steps.some(step => step.status === 'RUNNING')) continue;
      const next = await this.ask({ first: known.steps.length, after: this.pages[at - 1]?.end ?? null });
      if (!next) return;
      this.pages[at] = page(next);
    }
    let after = this.pages[last - 1]?.end ?? null;
    const tail: Page[] = [];
    for (;;) {
      const next: StepConnection | null = await this.ask({ first: PAGE, after });
      if (!next) return;
      tail.push(page(next));
      this.total = next.totalCount;
      after = next.pageInfo.endCursor;
      if (!next.pageInfo.hasNextPage) break;
    }
    this.pages.splice(last, 1, ...tail);
    // A step was added in the middle.
    if (this.steps().length < this.total) return this.readAll();
    this.report(true);
  }

  private report(isComplete: boolean) {
    this.publish({ steps: this.steps(), total: this.total, isComplete });
  }

  private steps(): readonly StepOutline[] {
    const byIndex = new Map<number, StepOutline>();
    for (const { steps } of this.pages) for (const step of steps) byIndex.set(step.index, step);
    return [...byIndex.values()];
  }
}

function page({ edges, pageInfo }: StepConnection): Page {
  return { steps: edges.map(edge => edge.node), end: pageInfo.endCursor };
}
