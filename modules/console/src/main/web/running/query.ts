import type { QueryCodec } from '../app/navigate';
import { clear, keepUnknown, ParameterReader, type Unknown } from '../app/unknown';
import { readUuid } from '../text/uuid';
import type { RunningSort } from './runs';

export interface RunningQuery {
  readonly sort: RunningSort;
  /** ID of a workflow; null for all. */
  readonly workflow: string | null;
  readonly unknown: readonly Unknown[];
}

const SORTS: readonly string[] = ['-elapsed', 'elapsed', 'heartbeat', '-heartbeat'];
const NAMES: readonly string[] = ['sort', 'workflow'];

export const runningQuery: QueryCodec<RunningQuery> = {
  read(query) {
    const reader = new ParameterReader(query, NAMES);
    return {
      sort: reader.one('sort', text => (SORTS.includes(text) ? (text as RunningSort) : null)) ?? '-elapsed',
      workflow: reader.one('workflow', readUuid),
      unknown: reader.unknown(),
    };
  },
  write({ sort, workflow, unknown }, query) {
    clear(query);
    if (sort !== '-elapsed') query.set('sort', sort);
    if (workflow !== null) query.set('workflow', workflow);
    keepUnknown(query, NAMES, unknown);
  },
};
