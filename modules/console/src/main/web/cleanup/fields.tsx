import { useEffect, useId, useState } from 'preact/hooks';
import type { ExecutionStatus } from '#operations';
import type { How } from '../app/navigate';
import { useAsk } from '../app/useAsk';
import { Button } from '../parts/Button';
import { Field, SelectField, TextField } from '../parts/Field';
import { durationWords, isoToMillis, millisToIso, parseDuration } from '../text/duration';
import { type Owners, runsWords, sentence } from '../text/words';
import { DELETABLE, positive } from './criteria';
import { WORKFLOW_CHOICES, WORKFLOW_NAME } from './operations';

const AGES = ['P1D', 'P7D', 'P14D', 'P30D', 'P60D', 'P90D', 'P180D', 'P365D'];
const OTHER = 'other';
const ANY = 'any';

/**
 * Passes on what the fields contain. A field with text that is not understood says `undefined`: its last value stays, and
 * `isUnread` is true until the text is understood.
 */
export function useFields<T extends object>(change: (next: Partial<T>, how?: How) => void) {
  const [unread, setUnread] = useState<readonly (keyof T)[]>([]);
  function set<K extends keyof T>(name: K, value: T[K] | undefined, how?: How) {
    setUnread(before => [...before.filter(one => one !== name), ...(value === undefined ? [name] : [])]);
    if (value !== undefined) change({ [name]: value } as unknown as Partial<T>, how);
  }
  return { set, isUnread: unread.length > 0 };
}

interface AgeProps {
  readonly label: string;
  /** ISO 8601; null for any age. */
  readonly value: string | null;
  readonly onChange: (age: string | null | undefined) => void;
}

/** A choice of ages, and any other one as text. */
export function AgeField({ label, value, onChange }: AgeProps) {
  const known = value === null || AGES.includes(value);
  const [isOther, setOther] = useState(!known);
  const words = (age: string) => durationWords(isoToMillis(age) ?? 0);
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
          setOther(choice === OTHER);
          if (choice !== OTHER) onChange(choice === ANY ? null : choice);
          else if (value === null) onChange(undefined);
        }}
      />
      {isOther && <OtherAge value={value} onChange={onChange} />}
    </>
  );
}

function OtherAge({ value, onChange }: Omit<AgeProps, 'label'>) {
  const [text, setText] = useState(value === null ? '' : durationWords(isoToMillis(value) ?? 0));
  return (
    <TextField
      label="Age"
      placeholder="45 days"
      value={text}
      error={text && !readAge(text) ? 'Such as 45 days, or 36 h' : null}
      onInput={next => {
        setText(next);
        const age = readAge(next);
        onChange(age ? millisToIso(age) : undefined);
      }}
    />
  );
}

/** The milliseconds of an age. A number alone is not one: it would mean seconds. */
function readAge(text: string): number | null {
  return /^\s*[\d.]+\s*$/.test(text) ? null : parseDuration(text);
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
  const [text, setText] = useState('');
  const choices = useAsk(WORKFLOW_CHOICES, { search: text.trim() || null });
  const chosen = useAsk(WORKFLOW_NAME, value === null ? null : { id: value });
  const name = chosen.data?.workflow?.id === value ? chosen.data?.workflow?.key : undefined;
  useEffect(() => {
    if (value === null) setText('');
    else if (name !== undefined) setText(name);
  }, [value, name]);
  const found = choices.data?.workflows?.nodes ?? [];
  return (
    <Field label="Of the workflow">
      {attributes => (
        <span class="cleanup-workflow-field">
          <input
            {...attributes}
            class="input"
            list={list}
            placeholder="any workflow"
            autocomplete="off"
            spellcheck={false}
            value={text}
            onInput={event => {
              const typed = event.currentTarget.value;
              setText(typed);
              if (typed === '') onChange(null);
              else onChange(typed === name ? value : found.find(({ key }) => key === typed)?.id);
            }}
            onBlur={() => {
              if (text === (name ?? '')) return;
              const only = found.length === 1 && text ? found[0] : undefined;
              if (!only) setText(name ?? '');
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
  const [text, setText] = useState(value === null ? '' : String(value));
  return (
    <TextField
      label="Keep the newest of each workflow"
      inputMode="numeric"
      placeholder="none"
      value={text}
      error={text && positive(text) === null ? 'A number above 0' : null}
      onInput={next => {
        setText(next);
        onChange(next === '' ? null : (positive(next) ?? undefined));
      }}
    />
  );
}

/** For operators: the own runs, those of all owners, or those of one. */
export function OwnersField({ value, onChange }: { value: Owners; onChange: (owners: Owners | undefined) => void }) {
  const [kind, setKind] = useState(value === null ? 'own' : value === 'all' ? 'all' : 'one');
  const [owner, setOwner] = useState(value !== null && value !== 'all' ? value.owner : '');
  const one = (text: string) => (text.trim() ? { owner: text.trim() } : undefined);
  return (
    <>
      <SelectField
        label="Of the owner"
        value={kind}
        options={[
          { value: 'own', label: 'me' },
          { value: 'all', label: 'all owners' },
          { value: 'one', label: 'another owner…' },
        ]}
        onChange={next => {
          setKind(next);
          onChange(next === 'one' ? one(owner) : next === 'all' ? 'all' : null);
        }}
      />
      {kind === 'one' && (
        <TextField
          label="Owner"
          value={owner}
          onInput={text => {
            setOwner(text);
            onChange(one(text));
          }}
        />
      )}
    </>
  );
}
