// What a cleanup or a policy does, in sentences.
import type { ExecutionStatus } from '#operations';
import { durationWords, formatDuration, isoToMillis } from './duration';
import { formatBytes, formatNumber, plural } from './number';

const DAY = 86_400_000;

const ADJECTIVES: Record<ExecutionStatus, string> = {
  QUEUED: 'queued',
  RUNNING: 'running',
  SUCCESS: 'successful',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  CRASHED: 'crashed',
};

/** The viewer if null, all owners, or a single one. */
export type Owners = { readonly owner: string } | 'all' | null;

export interface Criteria {
  /** ISO 8601; null without a limit of age. */
  readonly olderThan: string | null;
  readonly statuses: readonly ExecutionStatus[];
  /** Name of the workflow; null for every workflow. */
  readonly workflow: string | null;
  readonly keepLast: number | null;
  readonly owners: Owners;
}

/** `runs`, `failed runs`, `failed and crashed runs`. */
export function runsWords(statuses: readonly ExecutionStatus[]): string {
  return statuses.length ? `${join(statuses.map(status => ADJECTIVES[status]))} runs` : 'runs';
}

/** `failed runs of import older than 30 days, except the newest 100 of each workflow`. */
export function criteriaWords(criteria: Criteria): string {
  const age = ageWords(criteria.olderThan);
  const subject = subjectWords(criteria);
  const except = exceptWords(criteria);
  return `${subject}${age ? ` older than ${age}` : ''}${except ? `, except ${except}` : ''}`;
}

/** The first letter as a capital. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a policy does: `Failed runs of import are deleted after 30 days, except the newest 100.` */
export function policyWords(policy: Criteria): string {
  const subject = subjectWords(policy);
  const age = ageWords(policy.olderThan);
  const except = exceptWords(policy);
  if (!age && !except) return 'Keeps every run.';
  if (!age) return sentence(`${subject} are deleted, except ${except}.`);
  return sentence(`${subject} are deleted after ${age}${except ? `, except ${except}` : ''}.`);
}

/** When a policy deletes a run: days are deleted as a whole. */
export function policyTiming(policy: Criteria): string {
  const millis = policy.olderThan === null ? null : isoToMillis(policy.olderThan);
  if (millis === null) return 'A run is deleted soon after enough newer ones were recorded.';
  const age = durationWords(millis);
  return millis % DAY === 0
    ? `From then on, a run is deleted on the day after it is ${age} old, because whole UTC days are deleted at once.`
    : `From then on, a run is deleted within about an hour after it is ${age} old.`;
}

export interface Figures {
  readonly executions: number;
  readonly exact: boolean;
  readonly bytes: number;
  readonly sizesExact: boolean;
}

/** `1 run`, `about 12,000 runs`. */
export function countWords(executions: number, exact: boolean): string {
  return `${exact || executions === 0 ? '' : 'about '}${plural(executions, 'run')}`;
}

/** `about 12,000 runs (3.1 GB)`. */
export function figuresWords({ executions, exact, bytes }: Figures): string {
  return countWords(executions, exact) + (executions > 0 && bytes > 0 ? ` (${formatBytes(bytes)})` : '');
}

/** What a policy would delete when policies run next. */
export function nextRunWords(figures: Figures): string {
  return figures.executions === 0
    ? 'When policies run next, this would delete nothing.'
    : `When policies run next, this would delete ${figuresWords(figures)}.`;
}

export interface Spared {
  readonly running: number;
  readonly held: number;
  readonly keptByPolicy: number;
  readonly keptLast: number;
  readonly children: number;
}

/** What is kept although it matches, and why: `12 held`, `3 still queued or running`. */
export function sparedWords(spared: Spared): string[] {
  return [
    spared.running && `${formatNumber(spared.running)} still queued or running`,
    spared.held && `${formatNumber(spared.held)} held`,
    spared.keptByPolicy && `${formatNumber(spared.keptByPolicy)} kept longer by a policy`,
    spared.keptLast && `${formatNumber(spared.keptLast)} among the newest of their workflow`,
    spared.children && `${plural(spared.children, 'child', 'children')} of runs that are kept`,
  ].filter(words => typeof words === 'string');
}

/** How far a policy is behind; null if it is not. */
export function overdueWords(overdue: number | null, since: string | null, now: number): string | null {
  if (!overdue) return null;
  const late = since === null ? '' : `, the oldest by ${formatDuration(Math.max(0, now - Date.parse(since)))}`;
  return `${plural(overdue, 'run is', 'runs are')} overdue${late}.`;
}

function subjectWords({ statuses, workflow, owners }: Criteria): string {
  const of = workflow === null ? '' : ` of ${workflow}`;
  const by = owners === null ? '' : owners === 'all' ? ' of all owners' : ` of the owner ${owners.owner}`;
  return `${runsWords(statuses)}${of}${by}`;
}

function ageWords(iso: string | null): string | null {
  const millis = iso === null ? null : isoToMillis(iso);
  return millis === null ? iso : durationWords(millis);
}

function exceptWords({ keepLast, workflow }: Criteria): string | null {
  if (keepLast === null) return null;
  return `the newest ${keepLast === 1 ? 'one' : formatNumber(keepLast)}${workflow === null ? ' of each workflow' : ''}`;
}

function join(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}
