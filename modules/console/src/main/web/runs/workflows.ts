import { request } from '../api/request';
import { createStore, type Store } from '../api/store';
import { WORKFLOW_DURATIONS, WORKFLOW_NAMES } from './operations';

/** What is known of workflows, for the whole page: names, and the p95 of the last seven days. */
export interface KnownWorkflow {
  readonly name: string;
  readonly p95: number | null;
}

const NAME_BATCH = 100;
/** Statistics are costly: the server counts each workflow's intervals as 400 rows. */
const P95_BATCH = 12;
const P95_VALID_MILLIS = 10 * 60_000;
const DAY_MILLIS = 86_400_000;
const WEEK_MILLIS = 7 * DAY_MILLIS;

const names = new Map<string, string>();
const p95s = new Map<string, { millis: number | null; readAt: number }>();
const asked = new Set<string>();

/** Changes when a name or a p95 became known. */
export const workflowVersion: Store<number> = createStore(0);

export function nameOf(id: string): string | null {
  return names.get(id) ?? null;
}

export function p95Of(id: string): number | null {
  return p95s.get(id)?.millis ?? null;
}

export function rememberName(id: string, name: string): void {
  names.set(id, name);
}

/** Asks for the names that are not known. */
export async function findNames(ids: readonly string[]): Promise<void> {
  const unknown = ids.filter(id => !names.has(id)).slice(0, NAME_BATCH);
  if (unknown.length === 0) return;
  const { nodes } = await request(WORKFLOW_NAMES, { ids: unknown });
  for (const node of nodes ?? [])
    if (node && 'name' in node && node.id) names.set(node.id as string, node.name as string);
  workflowVersion.set(workflowVersion.get() + 1);
}

/** Asks for the p95 of workflows, a few at a time. Without an answer the rows have no bars. */
export async function findP95s(ids: readonly string[]): Promise<void> {
  const now = Date.now();
  const isNeeded = (id: string) => !asked.has(id) && now - (p95s.get(id)?.readAt ?? 0) > P95_VALID_MILLIS;
  const needed = [...new Set(ids)].filter(isNeeded);
  for (let at = 0; at < needed.length; at += P95_BATCH) {
    const batch = needed.slice(at, at + P95_BATCH);
    for (const id of batch) asked.add(id);
    // Quantiles exist for whole UTC days only.
    const from = new Date(Math.floor((now - WEEK_MILLIS) / DAY_MILLIS) * DAY_MILLIS).toISOString();
    try {
      const { nodes } = await request(WORKFLOW_DURATIONS, { ids: batch, from });
      for (const id of batch) p95s.set(id, { millis: null, readAt: now });
      for (const node of nodes ?? []) {
        if (!node || !('statistics' in node) || !node.statistics) continue;
        // A week lies in one or two months: the one with more runs says more.
        const [interval] = [...node.statistics.intervals].sort((a, b) => b.recorded.total - a.recorded.total);
        p95s.set(node.id as string, { millis: interval?.p95DurationMillis ?? null, readAt: now });
      }
      workflowVersion.set(workflowVersion.get() + 1);
    } catch {
      return;
    } finally {
      for (const id of batch) asked.delete(id);
    }
  }
}
