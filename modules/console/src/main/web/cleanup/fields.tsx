import { useId, useRef, useState } from 'preact/hooks';
import type { ExecutionStatus } from '#operations';
import type { How } from '../app/navigate';
import { useAsk } from '../app/useAsk';
import { Button } from '../parts/Button';
import { Field, SelectField, TextField } from '../parts/Field';
import { isSame, useDraft } from '../parts/useDraft';
import { durationWords, isoToMillis, millisToIso, parseDuration } from '../text/duration';
import { type Owners, runsWords, sentence } from '../text/words';
import { DELETABLE, positive } from './criteria';
import { WORKFLOW_CHOICES, WORKFLOW_NAME } from './operations';

const AGES = ['P1D', 'P7D', 'P14D', 'P30D', 'P60D', 'P90D', 'P180D', 'P365D'];
const OTHER = 'other';
const ANY = 'any';

/**
 * Passes on what the fields contain. A field with text that is not understood says `undefined`: its last value stays, and
 * `isUnread` is true until the text is understood, or is dropped because the value changed (`useDraft`).
 */
export function useFields<T extends object>(values: T, change: (next: Partial<T>, how?: How) => void) {
  /** The fields with such text, and the values that they had then. */
  const [marked, setMarked] = useState<ReadonlyMap<keyof T, unknown>>(new Map());
  const unread = new Map([...marked].filter(([name, value]) => isSame(values[name], value)));
  if (unread.size < marked.size) setMarked(unread);
  function set<K extends keyof T>(name: K, value: T[K] | undefined, how?: How) {
    setMarked(before => {
      const next = new Map(before);
      if (value === undefined) next.set(name, values[name]);
      else next.delete(name);
      return next;
    });
    if (value !== undefined) change({ [name]: value } as unknown as Partial<T>, how);
  }
  return { set, isUnread: unread.size > 0 };
}

interface AgeProps {
  readonly label: string;
  /** ISO 8601; null for any age. */
  readonly value: string | null;
  readonly onChange: (age: string | null | undefined) => void;
}

/** A choice of ages, and any other one as text. */
export function AgeField({ label, value, onChange }: AgeProps) {
  const [draft, setDraft] = useDraft(value, ageOf);
  const isOther = draft !== null || (value !== null && !AGES.includes(value));
  const words = (age: string | null) => (age === null ? '' : durationWords(isoToMillis(age) ?? 0));
  const text = draft ?? words(value);
  return (
    <>
      <SelectField
        label={label}
        value={isOther ? OTHER : (value ?? ANY)}
        options={[
          ...AGES.map(age => ({ value: age, label: words(age) })),
          { value: OTHER, label: 'another age…' },
          { value: ANY, label: 'any age' },
        ]}
        onChange={choice => {
          setDraft(choice === OTHER ? words(value) : null);
          if (choice !== OTHER) onChange(choice === ANY ? null : choice);
          else if (value === null) onChange(undefined);
        }}
      />
      {isOther && (
        <TextField
          label="Age"
          placeholder="45 days"
          value={text}
          error={text && ageOf(text) === undefined ? 'Such as 45 days, or 36 h' : null}
          onInput={next => {
            setDraft(next);
            onChange(ageOf(next));
          }}
        />
      )}
    </>
  );
}

/** An age as typed, in ISO 8601. A number alone is not one: it would mean seconds. */
function ageOf(text: string): string | undefined {
  const millis = /^\s*[\d.]+\s*$/.test(text) ? null : parseDuration(text);
  return millis ? millisToIso(millis) : undefined;
}

const STATUS_CHOICES: readonly (readonly ExecutionStatus[])[] = [
  [],
  ['SUCCESS'],
  ['FAILED'],
  ['CRASHED'],
  ['CANCELLED'],
  ['FAILED', 'CRASHED'],
];

interface StatusProps {
  readonly value: readonly ExecutionStatus[];
  readonly onChange: (statuses: readonly ExecutionStatus[]) => void;
}

export function StatusField({ value, onChange }: StatusProps) {
  const current = value.join(' ');
  const choices = STATUS_CHOICES.some(choice => choice.join(' ') === current)
    ? STATUS_CHOICES
    : [...STATUS_CHOICES, value];
  return (
    <SelectField
      label="Which"
      value={current}
      options={choices.map(statuses => ({
        value: statuses.join(' '),
        label: statuses.length ? sentence(runsWords(statuses)) : 'All that have ended',
      }))}
      onChange={text => onChange(DELETABLE.filter(status => text.split(' ').includes(status)))}
    />
  );
}

/** A workflow, found by typing a part of its name or key. */
export function WorkflowField({
  value,
  onChange,
}: {
  /** ID; null for every workflow. */
  readonly value: string | null;
  readonly onChange: (id: string | null | undefined) => void;
}) {
  const list = useId();
  const known = useRef<readonly { readonly id: string; readonly key: string }[]>([]);
  const read = (typed: string) => (typed === '' ? null : known.current.find(({ key }) => key === typed)?.id);
  const [draft, setDraft] = useDraft(value, read);
  const chosen = useAsk(WORKFLOW_NAME, value === null ? null : { id: value });
  const choices = useAsk(WORKFLOW_CHOICES, { search: draft?.trim() || null });
  const found = choices.data?.workflows?.nodes ?? [];
  known.current = chosen.data?.workflow ? [chosen.data.workflow, ...found] : found;
  const key = known.current.find(({ id }) => id === value)?.key;
  // The ID stands for a workflow that cannot be read.
  const shown = value === null ? '' : (key ?? (chosen.loading ? '' : value));
  return (
    <Field label="Of the workflow">
      {attributes => (
        <span class="cleanup-workflow-field">
          <input
            {...attributes}
            class="input"
            list={list}
            placeholder={value === null ? 'any workflow' : ''}
            autocomplete="off"
            spellcheck={false}
            value={draft ?? shown}
            onInput={event => {
              const typed = event.currentTarget.value;
              setDraft(typed);
              onChange(read(typed));
            }}
            onBlur={() => {
              if (draft === null) return;
              setDraft(null);
              if (read(draft) !== undefined) return;
              const only = draft.trim() && !choices.stale && found.length === 1 ? found[0] : undefined;
              onChange(only ? only.id : value);
            }}
          />
          <datalist id={list}>
            {found.map(workflow => (
              <option key={workflow.id} value={workflow.key}>
                {workflow.name}
              </option>
            ))}
          </datalist>
          {value !== null && <Button kind="quiet" icon="close" label="Any workflow" onClick={() => onChange(null)} />}
        </span>
      )}
    </Field>
  );
}

export function KeepLastField({
  value,
  onChange,
}: {
  readonly value: number | null;
  readonly onChange: (count: number | null | undefined) => void;
}) {
  const read = (typed: string) => (typed === '' ? null : (positive(typed) ?? undefined));
  const [draft, setDraft] = useDraft(value, read);
  const text = draft ?? String(value ?? '');
  return (
    <TextField
      label="Keep the newest of each workflow"
      inputMode="numeric"
      placeholder="none"
      value={text}
      error={read(text) === undefined ? 'A number above 0' : null}
      onInput={next => {
        setDraft(next);
        onChange(read(next));
      }}
    />
  );
}

/** For operators: the own runs, those of all owners, or those of one. */
export function OwnersField({ value, onChange }: { value: Owners; onChange: (owners: Owners | undefined) => void }) {
  const read = (text: string) => (text.trim() ? { owner: text.trim() } : undefined);
  const [draft, setDraft] = useDraft<Owners>(value, read);
  const owner = draft ?? (value === null || value === 'all' ? null : value.owner);
  return (
    <>
      <SelectField
        label="Of the owner"
        value={owner !== null ? 'one' : value === 'all' ? 'all' : 'own'}
        options={[
          { value: 'own', label: 'me' },
          { value: 'all', label: 'all owners' },
          { value: 'one', label: 'another owner…' },
        ]}
        onChange={kind => {
          setDraft(kind === 'one' ? '' : null);
          onChange(kind === 'one' ? undefined : kind === 'all' ? 'all' : null);
        }}
      />
      {owner !== null && (
        <TextField
          label="Owner"
          value={owner}
          onInput={next => {
            setDraft(next);
            onChange(read(next));
          }}
        />
      )}
    </>
  );
}
