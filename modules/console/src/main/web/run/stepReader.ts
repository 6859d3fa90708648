import type { Result, Variables } from '../api/operation';
import type { StepOutline } from '../timeline/layout';

export type StepConnection = NonNullable<NonNullable<Result<'RunSteps'>['execution']>['steps']>;

/** Asks for steps. What is not there (any more) is null. */
export interface StepSource {
  page(page: Omit<Variables<'RunSteps'>, 'id'>): Promise<StepConnection | null>;
  /** At most `STEPS_BY_INDEX` steps. */
  byIndex(indexes: readonly number[]): Promise<readonly (StepOutline | null)[]>;
}

export interface LoadedSteps {
  readonly steps: readonly StepOutline[];
  readonly total: number;
  /** Whether these are all steps that the run has. */
  readonly isComplete: boolean;
}

/** The largest page of the server. */
const PAGE = 200;
/** Five lists of IDs in one request: cheaper than pages, which must be asked for one after the other. */
export const STEPS_BY_INDEX = 5 * PAGE;

/** Reads the steps of a run: all at first, then only those that can have changed. A step that has ended stays as it is. */
export class StepReader {
  private readonly source: StepSource;
  private readonly publish: (loaded: LoadedSteps) => void;
  private readonly known = new Map<number, StepOutline>();
  private total = 0;
  private hasAll = false;

  constructor(source: StepSource, publish: (loaded: LoadedSteps) => void) {
    this.source = source;
    this.publish = publish;
  }

  async read(): Promise<void> {
    const isRead = this.hasAll ? await this.refresh() : await this.readAll();
    if (!isRead) return;
    this.hasAll = true;
    this.report();
  }

  /** Shows the first page at once, and the rest together. False if the run is not there. */
  private async readAll(): Promise<boolean> {
    const first = await this.source.page({ first: PAGE });
    if (!first) return false;
    this.add(first);
    if (first.pageInfo.hasNextPage) {
      this.report();
      await this.addByIndex(this.unknownBelow(this.total));
      // Engines may leave gaps between indexes.
      if (this.known.size < this.total) await this.addPages(first.pageInfo.endCursor);
    }
    return true;
  }

  /** Reads running and new steps. */
  private async refresh(): Promise<boolean> {
    const last = await this.source.page({ last: PAGE });
    if (!last) return false;
    const isCurrent = new Set(last.nodes.map(step => step.index));
    const changing = [...this.known.values()].filter(step => step.status === 'RUNNING' && !isCurrent.has(step.index));
    this.add(last);
    // More than a page of new ones, or some between known ones.
    const isMissing = this.known.size < this.total;
    const missing = isMissing ? this.unknownBelow(last.nodes.at(-1)?.index ?? 0) : [];
    await this.addByIndex([...changing.map(step => step.index), ...missing]);
    return true;
  }

  private unknownBelow(end: number): number[] {
    return Array.from({ length: end }, (_, index) => index).filter(index => !this.known.has(index));
  }

  private async addByIndex(indexes: readonly number[]): Promise<void> {
    const parts: (readonly number[])[] = [];
    for (let at = 0; at < indexes.length; at += STEPS_BY_INDEX) parts.push(indexes.slice(at, at + STEPS_BY_INDEX));
    for (const found of await Promise.all(parts.map(part => this.source.byIndex(part)))) {
      for (const step of found) if (step) this.known.set(step.index, step);
    }
  }

  private async addPages(start: string | null): Promise<void> {
    let after = start;
    for (;;) {
      const next = await this.source.page({ first: PAGE, after });
      if (!next) return;
      this.add(next);
      if (!next.pageInfo.hasNextPage) return;
      after = next.pageInfo.endCursor;
    }
  }

  private add({ nodes, totalCount }: StepConnection) {
    for (const step of nodes) this.known.set(step.index, step);
    this.total = totalCount;
  }

  private report() {
    this.publish({ steps: [...this.known.values()], total: this.total, isComplete: this.hasAll });
  }
}
