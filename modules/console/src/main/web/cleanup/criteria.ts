import type { CleanupExecutionsInput, CleanupRow, ExecutionStatus, PolicyRow } from '#operations';
import type { Session } from '../api/server';
import type { QueryCodec } from '../app/navigate';
import { isoToMillis } from '../text/duration';
import type { Criteria, Owners } from '../text/words';

export type Cleanup = CleanupRow;
export type Policy = PolicyRow;
export type CleanupTab = 'now' | 'policies' | 'held' | 'past';

/** What the URL of the page contains. */
export interface CleanupQuery {
  readonly tab: CleanupTab;
  /** ISO 8601; null deletes runs of any age. */
  readonly olderThan: string | null;
  readonly statuses: readonly ExecutionStatus[];
  /** ID of a workflow; null for all. */
  readonly workflow: string | null;
  readonly keepLast: number | null;
  readonly ignorePolicies: boolean;
  readonly owners: Owners;
  /** ID of the cleanup that is open. */
  readonly cleanup: string | null;
}

/** The statuses of runs that can be deleted. */
export const DELETABLE: readonly ExecutionStatus[] = ['SUCCESS', 'FAILED', 'CRASHED', 'CANCELLED'];

const TABS: readonly CleanupTab[] = ['now', 'policies', 'held', 'past'];
const DEFAULT_AGE = 'P30D';

export const CODEC: QueryCodec<CleanupQuery> = {
  read(query) {
    const age = query.get('olderThan');
    const owner = query.get('owner');
    return {
      tab: TABS.find(tab => tab === query.get('tab')) ?? 'now',
      olderThan: age === 'any' ? null : age !== null && isoToMillis(age) ? age : DEFAULT_AGE,
      statuses: DELETABLE.filter(status => query.getAll('status').includes(status.toLowerCase())),
      workflow: query.get('workflow') || null,
      keepLast: positive(query.get('keepLast')),
      ignorePolicies: query.get('ignorePolicies') === 'true',
      owners: query.get('owners') === 'all' ? 'all' : owner ? { owner } : null,
      cleanup: query.get('cleanup') || null,
    };
  },
  write(value, query) {
    set(query, 'tab', value.tab === 'now' ? null : value.tab);
    set(query, 'olderThan', value.olderThan === DEFAULT_AGE ? null : (value.olderThan ?? 'any'));
    query.delete('status');
    for (const status of value.statuses) query.append('status', status.toLowerCase());
    set(query, 'workflow', value.workflow);
    set(query, 'keepLast', value.keepLast === null ? null : String(value.keepLast));
    set(query, 'ignorePolicies', value.ignorePolicies ? 'true' : null);
    set(query, 'owners', value.owners === 'all' ? 'all' : null);
    set(query, 'owner', value.owners !== null && value.owners !== 'all' ? value.owners.owner : null);
    set(query, 'cleanup', value.cleanup);
  },
};

function set(query: URLSearchParams, name: string, value: string | null) {
  if (value === null) query.delete(name);
  else query.set(name, value);
}

/** A number above 0 as typed; null for anything else. */
export function positive(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,8}$/.test(text.trim()) ? Number(text) : null;
}

/** Whether there is anything that limits what is deleted; the server requires it. */
export function isLimited({ olderThan, keepLast, statuses }: CleanupQuery): boolean {
  return olderThan !== null || keepLast !== null || statuses.length > 0;
}

export function inputOf(query: CleanupQuery): CleanupExecutionsInput {
  return {
    ...(query.olderThan === null ? {} : { olderThan: query.olderThan }),
    ...(query.statuses.length ? { statuses: query.statuses } : {}),
    ...(query.workflow === null ? {} : { workflowId: query.workflow }),
    ...(query.keepLast === null ? {} : { keepLast: query.keepLast }),
    ...(query.ignorePolicies ? { ignorePolicies: true } : {}),
    ...ownersInput(query.owners),
  };
}

export function ownersInput(owners: Owners): { allOwners?: true; owner?: string } {
  return owners === 'all' ? { allOwners: true } : owners === null ? {} : { owner: owners.owner };
}

/** In words, for `criteriaWords`. */
export function criteriaOf(query: CleanupQuery, workflow: string | null): Criteria {
  const { olderThan, statuses, keepLast, owners } = query;
  return {
    olderThan,
    statuses,
    keepLast,
    owners,
    workflow: query.workflow === null ? null : (workflow ?? query.workflow),
  };
}

/** The criteria of a policy, seen by the viewer: their own runs need no owner. */
export function policyCriteria(policy: Policy, viewer: string | null): Criteria {
  return {
    olderThan: policy.keepFor,
    statuses: policy.statuses,
    workflow: policy.workflow?.name ?? policy.workflowId,
    keepLast: policy.keepLast,
    owners: ownersOf(policy.owner, viewer),
  };
}

export function ownersOf(owner: string | null, viewer: string | null): Owners {
  return owner === null ? 'all' : owner === viewer ? null : { owner };
}

/** What a policy applies to. */
export interface Target {
  readonly workflowId: string | null;
  /** Null for all owners. */
  readonly owner: string | null;
  readonly statuses: readonly ExecutionStatus[];
}

/** The higher one applies: workflow before owner before all owners, then with statuses before without. */
export function specificity({ workflowId, owner, statuses }: Target): number {
  return (workflowId !== null ? 4 : 0) + (owner !== null ? 2 : 0) + (statuses.length ? 1 : 0);
}

/** Whether a policy that is there already applies to some of the same runs, and before `target` does. */
export function isOverruled(target: Target, policies: readonly Target[]): boolean {
  return policies.some(
    other =>
      specificity(other) > specificity(target) &&
      (other.workflowId === null || target.workflowId === null || other.workflowId === target.workflowId) &&
      (other.owner === null || target.owner === null || other.owner === target.owner) &&
      (!other.statuses.length ||
        !target.statuses.length ||
        other.statuses.some(status => target.statuses.includes(status))),
  );
}

type Viewer = Session | 'unknown' | 'signed-out';

/** Whether the viewer may clean up; yes while nobody is known to be signed in. */
export function mayCleanUp(viewer: Viewer): boolean {
  return typeof viewer !== 'object' || viewer.scopes.includes('executions:cleanup') || viewer.scopes.includes('ops');
}

export function mayCleanUpForOthers(viewer: Viewer): boolean {
  return typeof viewer === 'object' && viewer.scopes.includes('ops');
}
