import type { QueryCodec } from '../app/navigate';
import type { Unknown } from '../app/unknown';
import { readUuid } from '../text/uuid';
import type { RunningSort } from './runs';

export interface RunningQuery {
  readonly sort: RunningSort;
  /** ID of a workflow; null for all. */
  readonly workflow: string | null;
  readonly unknown: readonly Unknown[];
}

const SORTS: readonly string[] = ['-elapsed', 'elapsed', 'heartbeat', '-heartbeat'];

export const runningQuery: QueryCodec<RunningQuery> = {
  read(query) {
    const unknown: Unknown[] = [];
    function one<T>(name: string, read: (text: string) => T | null): T | null {
      const text = query.get(name);
      const value = text ? read(text) : null;
      if (text && value === null) unknown.push({ name, value: text });
      return value;
    }
    return {
      sort: one('sort', text => (SORTS.includes(text) ? (text as RunningSort) : null)) ?? '-elapsed',
      workflow: one('workflow', readUuid),
      unknown,
    };
  },
  write({ sort, workflow, unknown }, query) {
    for (const name of ['sort', 'workflow']) query.delete(name);
    if (sort !== '-elapsed') query.set('sort', sort);
    if (workflow !== null) query.set('workflow', workflow);
    for (const { name, value } of unknown) if (!query.has(name)) query.set(name, value);
  },
};
