import type { ExecutionFilter, ExecutionOrder, ExecutionStatus } from '#operations';
import type { QueryCodec } from '../app/navigate';
import { clear, keepUnknown, ParameterReader, type Unknown } from '../app/unknown';
import { isoToMillis, millisToIso, parseDuration } from '../text/duration';
import { readUuid } from '../text/uuid';

/** A condition on one label: it has this value, or any if null, or it is absent. */
export interface LabelTerm {
  readonly key: string;
  readonly value: string | null;
  readonly absent: boolean;
}

export type Sort = '-start' | 'start' | '-duration' | 'duration' | '-finish' | 'finish';

/** Everything that the page of runs shows, as it is in the URL. */
export interface RunsQuery {
  readonly status: readonly ExecutionStatus[];
  readonly workflow: readonly string[];
  readonly labels: readonly LabelTerm[];
  readonly minMillis: number | null;
  readonly maxMillis: number | null;
  readonly trigger: readonly string[];
  readonly error: string;
  readonly fingerprint: readonly string[];
  readonly search: string;
  /** Length of the range that ends now, in milliseconds; not together with `from` and `to`. */
  readonly lastMillis: number | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly retries: boolean;
  readonly roots: boolean;
  readonly held: boolean;
  readonly sort: Sort;
  /** Chosen columns; null for the usual ones. */
  readonly columns: readonly ColumnId[] | null;
  /** Cursor before the first visible row; null at the top. */
  readonly at: string | null;
  /** Parameters that are not understood. */
  readonly unknown: readonly Unknown[];
}

export const NO_FILTERS: RunsQuery = {
  status: [],
  workflow: [],
  labels: [],
  minMillis: null,
  maxMillis: null,
  trigger: [],
  error: '',
  fingerprint: [],
  search: '',
  lastMillis: null,
  from: null,
  to: null,
  retries: false,
  roots: false,
  held: false,
  sort: '-start',
  columns: null,
  at: null,
  unknown: [],
};

/** The columns of the table, in their order. */
export const COLUMN_IDS = [
  'status',
  'workflow',
  'start',
  'duration',
  'trigger',
  'error',
  'labels',
  'attempt',
  'finish',
  'queued',
  'external',
] as const;
export type ColumnId = (typeof COLUMN_IDS)[number];

const STATUSES: readonly string[] = ['QUEUED', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELLED', 'CRASHED'];
const SORTS: readonly string[] = ['-start', 'start', '-duration', 'duration', '-finish', 'finish'];
/** The longest text that the API searches for. */
export const SEARCH_MAX = 200;

/** Parameters of which a choice replaces what was not understood. */
const SINGLE = ['min', 'max', 'last', 'from', 'to', 'retries', 'roots', 'held', 'sort', 'cols'];
const NAMES = [...SINGLE, 'status', 'workflow', 'label', '-label', 'trigger', 'error', 'fingerprint', 'q', 'at'];

export const runsQuery: QueryCodec<RunsQuery> = {
  read(query) {
    const reader = new ParameterReader(query, NAMES);
    const one: ParameterReader['one'] = (name, read) => reader.one(name, read);
    const status = query.getAll('status').flatMap(text => text.split(','));
    for (const value of status) if (!STATUSES.includes(value.toUpperCase())) reader.note('status', value);
    const flag = (name: string) => one(name, text => (text === '1' ? true : null)) ?? false;
    const ids = (name: string) => query.getAll(name).filter(Boolean);
    const workflows = ids('workflow').map(text => ({ text, id: readUuid(text) }));
    for (const { text, id } of workflows) if (id === null) reader.note('workflow', text);
    const columns = unique((query.get('cols') ?? '').split(',').filter(Boolean));
    for (const value of columns) if (!isColumn(value)) reader.note('cols', value);
    const lastMillis = one('last', text => positive(parseDuration(text)));
    return {
      status: unique(status.map(text => text.toUpperCase())).filter(text =>
        STATUSES.includes(text),
      ) as ExecutionStatus[],
      workflow: unique(workflows.flatMap(({ id }) => id ?? [])),
      labels: [
        ...query
          .getAll('label')
          .filter(Boolean)
          .map(text => readLabel(text, false)),
        ...query
          .getAll('-label')
          .filter(Boolean)
          .map(text => readLabel(text, true)),
      ],
      minMillis: one('min', duration),
      maxMillis: one('max', duration),
      trigger: unique(ids('trigger')),
      error: query.get('error') ?? '',
      fingerprint: unique(ids('fingerprint')),
      search: (query.get('q') ?? '').slice(0, SEARCH_MAX),
      lastMillis,
      from: lastMillis === null ? one('from', time) : null,
      to: lastMillis === null ? one('to', time) : null,
      retries: flag('retries'),
      roots: flag('roots'),
      held: flag('held'),
      sort: one('sort', text => (SORTS.includes(text) ? (text as Sort) : null)) ?? '-start',
      columns: columns.some(isColumn) ? columns.filter(isColumn) : null,
      at: query.get('at'),
      unknown: reader.unknown(),
    };
  },

  write(value, query) {
    clear(query);
    const set = (name: string, text: string | null) => {
      if (text) query.set(name, text);
    };
    set('status', value.status.join(','));
    for (const id of value.workflow) query.append('workflow', id);
    for (const term of value.labels) query.append(term.absent ? '-label' : 'label', writeLabel(term));
    set('min', value.minMillis === null ? null : millisToIso(value.minMillis));
    set('max', value.maxMillis === null ? null : millisToIso(value.maxMillis));
    for (const text of value.trigger) query.append('trigger', text);
    set('error', value.error);
    for (const text of value.fingerprint) query.append('fingerprint', text);
    set('q', value.search.slice(0, SEARCH_MAX));
    if (value.lastMillis !== null) set('last', shortDuration(value.lastMillis));
    else {
      set('from', value.from);
      set('to', value.to);
    }
    set('retries', value.retries ? '1' : null);
    set('roots', value.roots ? '1' : null);
    set('held', value.held ? '1' : null);
    set('sort', value.sort === '-start' ? null : value.sort);
    set('cols', value.columns?.join(',') ?? null);
    set('at', value.at);
    // Those that are not understood stay until they are removed by their chip.
    keepUnknown(query, SINGLE, value.unknown);
  },
};

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function isColumn(text: string): text is ColumnId {
  return (COLUMN_IDS as readonly string[]).includes(text);
}

function positive(millis: number | null): number | null {
  return millis !== null && millis > 0 ? millis : null;
}

function duration(text: string): number | null {
  return isoToMillis(text) ?? parseDuration(text);
}

function time(text: string): string | null {
  const millis = Date.parse(text);
  return Number.isNaN(millis) ? null : new Date(millis).toISOString();
}

/** `24h`, `7d`, `15m`, `90s`. */
function shortDuration(millis: number): string {
  for (const [size, unit] of [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'm'],
    [1_000, 's'],
  ] as const) {
    // A day is more familiar as 24h.
    if (millis % size === 0 && (unit !== 'd' || millis > size)) return `${millis / size}${unit}`;
  }
  return millisToIso(millis);
}

function readLabel(text: string, absent: boolean): LabelTerm {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  return {
    key: name.replaceAll('%3A', ':').replaceAll('%25', '%'),
    value: colon < 0 || absent ? null : text.slice(colon + 1),
    absent,
  };
}

function writeLabel({ key, value, absent }: LabelTerm): string {
  const name = key.replaceAll('%', '%25').replaceAll(':', '%3A');
  return value === null || absent ? name : `${name}:${value}`;
}

/** What people call the condition: `env=prod`, `env`, `without env`. */
export function labelText({ key, value, absent }: LabelTerm): string {
  if (absent) return `without ${key}`;
  return value === null ? key : `${key}=${value}`;
}

/** Reads `env=prod`, `env:prod`, `env`, `-env` and `without env`; null if there is no key. */
export function parseLabel(text: string): LabelTerm | null {
  const match = /^\s*(-|!|without\s+)?([^=:]*?)\s*(?:[=:]\s*(.*?))?\s*$/s.exec(text);
  const [, not, key, value] = match ?? [];
  if (!key) return null;
  return { key, value: not || value === undefined || value === '' ? null : value, absent: Boolean(not) };
}

/** Whether anything but the order and the columns is chosen. */
export function hasFilters(query: RunsQuery): boolean {
  return Object.keys(toFilter(query, 0)).length > 0;
}

/** The filter of the API. `now` is the end of the range `lastMillis`. */
export function toFilter(query: RunsQuery, now: number): ExecutionFilter {
  const filter: { -readonly [K in keyof ExecutionFilter]: ExecutionFilter[K] } = {};
  if (query.status.length) filter.statuses = query.status;
  if (query.workflow.length) filter.workflowIds = query.workflow;
  if (query.trigger.length) filter.triggers = query.trigger;
  if (query.labels.length) filter.labelConditions = labelConditions(query.labels);
  if (query.minMillis !== null) filter.minDuration = millisToIso(query.minMillis);
  if (query.maxMillis !== null) filter.maxDuration = millisToIso(query.maxMillis);
  if (query.error) filter.errorContains = query.error;
  if (query.fingerprint.length) filter.errorFingerprints = query.fingerprint;
  if (query.search) filter.search = query.search;
  if (query.lastMillis !== null) filter.startedAfter = new Date(now - query.lastMillis).toISOString();
  if (query.from) filter.startedAfter = query.from;
  if (query.to) filter.startedBefore = query.to;
  if (query.retries) filter.retriesOnly = true;
  if (query.roots) filter.rootsOnly = true;
  if (query.held) filter.held = true;
  return filter;
}

/** Several values of one label mean "one of these". */
function labelConditions(terms: readonly LabelTerm[]) {
  const byKey = new Map<string, { key: string; values?: string[]; present?: boolean }>();
  for (const { key, value, absent } of terms) {
    const kind = absent ? 'absent' : value === null ? 'present' : 'value';
    const name = `${kind} ${key}`;
    const known = byKey.get(name);
    if (kind === 'value') {
      if (known) known.values?.push(value as string);
      else byKey.set(name, { key, values: [value as string] });
    } else if (!known) {
      byKey.set(name, { key, present: !absent });
    }
  }
  return [...byKey.values()];
}

const ORDERS: Record<Sort, ExecutionOrder> = {
  '-start': 'STARTED_AT_DESC',
  start: 'STARTED_AT_ASC',
  '-duration': 'DURATION_DESC',
  duration: 'DURATION_ASC',
  '-finish': 'FINISHED_AT_DESC',
  finish: 'FINISHED_AT_ASC',
};

export function toOrder(sort: Sort): ExecutionOrder {
  return ORDERS[sort];
}
