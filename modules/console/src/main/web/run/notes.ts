import { formatNumber, plural } from '../text/number';

/** A JSON document of a run or a step. */
export interface RecordedDocument {
  readonly label: string;
  /** Its text, exactly as recorded; null if there is none. */
  readonly text: string | null;
  readonly isTruncated: boolean;
  readonly isSanitized: boolean;
  readonly isRedacted: boolean;
}

/** The JSON to show. JSON that was cut is recorded as a string with its first characters. */
export function shownText({ text, isTruncated }: RecordedDocument): string | null {
  if (text === null || !isTruncated || !text.startsWith('"')) return text;
  return JSON.parse(text) as string;
}

/** What is not as the engine sent it, in plain words. */
export function documentNotes(document: RecordedDocument): string[] {
  const notes: string[] = [];
  const { label, isTruncated, isSanitized, isRedacted } = document;
  if (isTruncated) {
    const length = shownText(document)?.length ?? 0;
    notes.push(`${label} was too large: only its first ${formatNumber(length)} characters were recorded.`);
  }
  if (isRedacted) notes.push('Secrets were replaced by [redacted] before they were stored.');
  if (isSanitized) notes.push('Characters that cannot be stored were replaced by �.');
  return notes;
}

/** The number of secrets that were replaced in a run, without those in its steps. */
export function redactedNote(count: number | null): string | null {
  if (!count) return null;
  const verb = count === 1 ? 'was' : 'were';
  return `${plural(count, 'secret')} of this run ${verb} replaced by [redacted] before ${count === 1 ? 'it' : 'they'} ${verb} stored.`;
}

const PARTS: Record<string, string> = {
  ERROR_MESSAGE: 'The message',
  ERROR_DETAILS: 'The details',
  STACK_TRACE: 'The stack trace',
  ERROR_TYPE: 'The type of the error',
  TRIGGER: 'The trigger',
  LABELS: 'A label',
  NAME: 'The name',
  KIND: 'The kind',
};

/** `The message and the stack trace were cut.` Null if none of the parts was. */
export function cutNote(truncated: readonly string[] | null, parts: readonly string[]): string | null {
  const names = parts.filter(part => truncated?.includes(part)).map(part => PARTS[part] as string);
  const [first, ...rest] = names;
  if (!first) return null;
  const lower = rest.map(name => name.charAt(0).toLowerCase() + name.slice(1));
  const list = lower.length ? `${[first, ...lower.slice(0, -1)].join(', ')} and ${lower.at(-1)}` : first;
  return `${list} ${rest.length ? 'were' : 'was'} too long and cut.`;
}
