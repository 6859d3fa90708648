import { useEffect, useMemo } from 'preact/hooks';
import type { ExecutionStatus } from '#operations';
import { ApiError } from '../api/errors';
import type { Result } from '../api/operation';
import { request } from '../api/request';
import { createStore, type Store, useStore } from '../api/store';
import { WORKFLOW_TRENDS } from './operations';
import { lastDays } from './ranges';

/** The last two weeks of a workflow. */
export interface Trend {
  readonly runs: number;
  readonly failures: number;
  /** Share of successes among runs that ended; null if none did. */
  readonly successRate: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly points: readonly { readonly runs: number; readonly failures: number }[];
  readonly lastRun: { readonly id: string; readonly status: ExecutionStatus; readonly startedAt: string | null } | null;
}

export const TREND_DAYS = 14;

/** Each workflow counts as 4,400 of the server's `cost-max` of 20,000, because its intervals count as 400 rows. */
const BATCH = 4;
const PARALLEL = 2;
const RETRY_MILLIS = 5_000;
const FRESH_MILLIS = 60_000;

type Node = NonNullable<NonNullable<Result<'WorkflowTrends'>['nodes']>[number]>;
type WorkflowNode = Extract<Node, { readonly id: string }>;

/** Workflows that were asked for and not answered yet. A list that scrolls asks for none of them twice. */
const asking = new Set<string>();
const updates: Store<number> = createStore(0);
const known = new Map<string, { readonly at: number; readonly trend: Trend }>();

/** Trends of workflows, which are read in small batches and fill in one after the other. */
export function useTrends(ids: readonly string[]): ReadonlyMap<string, Trend> {
  const version = useStore(updates);
  const trends = useMemo(collect, [version]);
  const key = ids.join(' ');
  useEffect(() => {
    let stopped = false;
    const now = Date.now();
    const waiting = ids.filter(id => now - (known.get(id)?.at ?? 0) > FRESH_MILLIS);

    async function read() {
      while (!stopped) {
        const batch = waiting.filter(id => !asking.has(id)).slice(0, BATCH);
        if (!batch.length) return;
        for (const id of batch) {
          asking.add(id);
          waiting.splice(waiting.indexOf(id), 1);
        }
        let busy = 0;
        try {
          const { nodes } = await request(WORKFLOW_TRENDS, { ids: batch, from: lastDays(TREND_DAYS, now) });
          for (const node of nodes ?? []) {
            if (node && 'id' in node) known.set(node.id, { at: now, trend: trendOf(node as WorkflowNode) });
          }
        } catch (failure) {
          if (!(failure instanceof ApiError && failure.isTemporary)) throw failure;
          waiting.unshift(...batch);
          busy = failure.retryAfterMillis ?? RETRY_MILLIS;
        } finally {
          for (const id of batch) asking.delete(id);
        }
        updates.set(updates.get() + 1);
        if (busy) await new Promise(resolve => setTimeout(resolve, busy));
      }
    }

    for (let count = 0; count < PARALLEL; count++) {
      // The list itself reports what failed; trends that are missing stay empty.
      read().catch(() => {});
    }
    return () => {
      stopped = true;
    };
  }, [key]);
  return trends;
}

function collect(): ReadonlyMap<string, Trend> {
  return new Map([...known].map(([id, { trend }]) => [id, trend]));
}

export function trendOf(node: WorkflowNode): Trend {
  const days = node.days?.intervals ?? [];
  const sum = (of: (day: (typeof days)[number]['recorded']) => number) =>
    days.reduce((total, day) => total + of(day.recorded), 0);
  const successes = sum(day => day.success);
  const failures = sum(day => day.failed + day.crashed);
  const ended = successes + failures + sum(day => day.cancelled);
  // The range may cover two months: the one with more runs says more.
  const [month] = [...(node.months?.intervals ?? [])].sort((a, b) => b.recorded.total - a.recorded.total);
  return {
    runs: sum(day => day.total),
    failures,
    successRate: ended === 0 ? null : successes / ended,
    p50: month?.p50DurationMillis ?? null,
    p95: month?.p95DurationMillis ?? null,
    points: days.map(({ recorded }) => ({ runs: recorded.total, failures: recorded.failed + recorded.crashed })),
    lastRun: node.executions?.nodes[0] ?? null,
  };
}
