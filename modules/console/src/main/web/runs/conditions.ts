import { unknownWords } from '../app/unknown';
import { durationWords } from '../text/duration';
import { formatDate } from '../text/time';
import { labelText, type RunsQuery } from './query';

/** A condition that is set, in words, and the query without it. The statuses have chips of their own. */
export interface Condition {
  readonly text: string;
  readonly without: Partial<RunsQuery>;
  readonly isUnknown?: boolean;
}

export function conditions(query: RunsQuery, nameOf: (id: string) => string | null, zone: string): Condition[] {
  const found: Condition[] = [];
  const add = (text: string, without: Partial<RunsQuery>) => found.push({ text, without });
  const date = (time: string) => formatDate(Date.parse(time), zone);
  if (query.lastMillis !== null) add(lastWords(query.lastMillis), { lastMillis: null });
  if (query.from && query.to) add(`${date(query.from)} to ${date(query.to)}`, { from: null, to: null });
  else if (query.from) add(`from ${date(query.from)}`, { from: null });
  else if (query.to) add(`until ${date(query.to)}`, { to: null });
  for (const id of query.workflow) {
    add(nameOf(id) ?? `workflow ${id.slice(0, 8)}…`, { workflow: query.workflow.filter(one => one !== id) });
  }
  for (const term of query.labels) add(labelText(term), { labels: query.labels.filter(one => one !== term) });
  if (query.minMillis !== null) add(`at least ${durationWords(query.minMillis)}`, { minMillis: null });
  if (query.maxMillis !== null) add(`at most ${durationWords(query.maxMillis)}`, { maxMillis: null });
  for (const trigger of query.trigger) {
    add(`trigger ${trigger}`, { trigger: query.trigger.filter(one => one !== trigger) });
  }
  if (query.error) add(`error contains “${query.error}”`, { error: '' });
  for (const print of query.fingerprint) {
    add(`the same kind of error (${print.slice(0, 8)})`, {
      fingerprint: query.fingerprint.filter(one => one !== print),
    });
  }
  if (query.roots) add('not started by another run', { roots: false });
  if (query.retries) add('retries only', { retries: false });
  if (query.held) add('held only', { held: false });
  for (const one of query.unknown) {
    found.push({
      text: unknownWords(one),
      without: { unknown: query.unknown.filter(other => other !== one) },
      isUnknown: true,
    });
  }
  return found;
}

function lastWords(millis: number): string {
  const words = millis === 86_400_000 ? '24 hours' : durationWords(millis);
  return `last ${words.replace(/^1 /, '')}`;
}
