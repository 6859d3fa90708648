import type { QueryCodec } from '../app/navigate';
import type { RunningSort } from './runs';

export interface RunningQuery {
  readonly sort: RunningSort;
  readonly workflow: string;
}

const SORTS: readonly string[] = ['-elapsed', 'elapsed', 'heartbeat', '-heartbeat'];

export const runningQuery: QueryCodec<RunningQuery> = {
  read(query) {
    const sort = query.get('sort') ?? '';
    return { sort: SORTS.includes(sort) ? (sort as RunningSort) : '-elapsed', workflow: query.get('workflow') ?? '' };
  },
  write({ sort, workflow }, query) {
    if (sort === '-elapsed') query.delete('sort');
    else query.set('sort', sort);
    if (workflow) query.set('workflow', workflow);
    else query.delete('workflow');
  },
};
