import type { CleanupExecutionsInput, CleanupRow, ExecutionStatus, PolicyRow } from '#operations';
import type { Session } from '../api/server';
import type { QueryCodec } from '../app/navigate';
import { clear, type Unknown, unknownNames } from '../app/unknown';
import { isoToMillis } from '../text/duration';
import { readUuid } from '../text/uuid';
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
  /** Parameters that are not understood. While there are any, nothing is counted or deleted. */
  readonly unknown: readonly Unknown[];
}

/** The statuses of runs that can be deleted. */
export const DELETABLE: readonly ExecutionStatus[] = ['SUCCESS', 'FAILED', 'CRASHED', 'CANCELLED'];

const TABS: readonly CleanupTab[] = ['now', 'policies', 'held', 'past'];
const DEFAULT_AGE = 'P30D';
const ANY_AGE = 'any';
const NAMES: readonly string[] = [
  ...['tab', 'olderThan', 'status', 'workflow', 'keepLast', 'ignorePolicies', 'owners', 'owner', 'cleanup'],
];

/** What is asked first: all runs of the viewer that are older than 30 days. */
export const DEFAULTS: CleanupQuery = {
  tab: 'now',
  olderThan: DEFAULT_AGE,
  statuses: [],
  workflow: null,
  keepLast: null,
  ignorePolicies: false,
  owners: null,
  cleanup: null,
  unknown: [],
};

/** Strict, since runs are deleted by what it reads: what it does not understand is kept, and blocks the cleanup. */
export const CODEC: QueryCodec<CleanupQuery> = {
  read(query) {
    const unknown: Unknown[] = [];
    const note = (name: string, value: string) => {
      if (!unknown.some(one => one.name === name && one.value === value)) unknown.push({ name, value });
    };
    /** Reads a parameter that has one value at most. */
    function one<T>(name: string, read: (text: string) => T | null): T | null {
      const [text, ...more] = new Set(query.getAll(name));
      const value = text === undefined || more.length > 0 ? null : read(text);
      if (value === null) for (const each of query.getAll(name)) note(name, each);
      return value;
    }
    const statuses = query.getAll('status').flatMap(text => text.split(','));
    for (const text of statuses) if (!DELETABLE.some(status => status === text.toUpperCase())) note('status', text);
    const age = one('olderThan', text => (text === ANY_AGE || isoToMillis(text) ? text : null)) ?? DEFAULT_AGE;
    const all = one<'all'>('owners', text => (text === 'all' ? text : null));
    const owner = one('owner', text => (text.trim() && all === null ? text : null));
    const read: Omit<CleanupQuery, 'unknown'> = {
      tab: one('tab', text => TABS.find(tab => tab === text) ?? null) ?? 'now',
      olderThan: age === ANY_AGE ? null : age,
      statuses: DELETABLE.filter(status => statuses.some(text => text.toUpperCase() === status)),
      workflow: one('workflow', readUuid),
      keepLast: one('keepLast', positive),
      ignorePolicies:
        one('ignorePolicies', text => (text === 'true' ? true : text === 'false' ? false : null)) ?? false,
      owners: all ?? (owner === null ? null : { owner }),
      cleanup: one('cleanup', readUuid),
    };
    for (const { name, value } of unknownNames(query, NAMES)) note(name, value);
    return { ...read, unknown };
  },
  write(value, query) {
    clear(query);
    set(query, 'tab', value.tab === 'now' ? null : value.tab);
    set(query, 'olderThan', value.olderThan === DEFAULT_AGE ? null : (value.olderThan ?? ANY_AGE));
    for (const status of value.statuses) query.append('status', status.toLowerCase());
    set(query, 'workflow', value.workflow);
    set(query, 'keepLast', value.keepLast === null ? null : String(value.keepLast));
    set(query, 'ignorePolicies', value.ignorePolicies ? 'true' : null);
    set(query, 'owners', value.owners === 'all' ? 'all' : null);
    set(query, 'owner', value.owners !== null && value.owners !== 'all' ? value.owners.owner : null);
    set(query, 'cleanup', value.cleanup);
    for (const { name, value: text } of value.unknown) query.append(name, text);
  },
};

/** Parameters of a field that are not called like it. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = { statuses: ['status'], owners: ['owners', 'owner'] };

/** A choice in a field, which also replaces what was not understood of the same parameters. */
export function chosen(query: CleanupQuery, next: Partial<CleanupQuery>): Partial<CleanupQuery> {
  const names = Object.keys(next).flatMap(field => PARAMETERS[field] ?? [field]);
  return { ...next, unknown: query.unknown.filter(({ name }) => !names.includes(name)) };
}

function set(query: URLSearchParams, name: string, value: string | null) {
  if (value !== null) query.set(name, value);
}

/** A number above 0 as typed; null for anything else. */
export function positive(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,8}$/.test(text.trim()) ? Number(text) : null;
}

/** Whether there is anything that limits what is deleted; the server requires it. */
export function isLimited({ olderThan, keepLast, statuses }: CleanupQuery): boolean {
  return olderThan !== null || keepLast !== null || statuses.length > 0;
}

/** Whether the question is understood as a whole, and limited. Only then is anything counted or deleted. */
export function canBeAsked(query: CleanupQuery): boolean {
  return query.unknown.length === 0 && isLimited(query);
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
