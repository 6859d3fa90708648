import { useState } from 'preact/hooks';
import { useStore } from '../api/store';
import { zone } from '../app/clock';
import { useAsk } from '../app/useAsk';
import { Button } from '../parts/Button';
import { TextField } from '../parts/Field';
import { Popup } from '../parts/Popup';
import { durationWords, parseDuration } from '../text/duration';
import { fromLocalInput, toLocalInput } from '../text/time';
import { WORKFLOW_CHOICES } from './operations';
import { type LabelTerm, labelText, parseLabel, type RunsQuery, SEARCH_MAX } from './query';
import { rememberName } from './workflows';

export interface FilterProps {
  query: RunsQuery;
  change: (next: Partial<RunsQuery>) => void;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const RANGES: readonly { millis: number | null; label: string }[] = [
  { millis: null, label: 'Any time' },
  { millis: 15 * MINUTE, label: 'Last 15 minutes' },
  { millis: HOUR, label: 'Last hour' },
  { millis: 24 * HOUR, label: 'Last 24 hours' },
  { millis: 7 * DAY, label: 'Last 7 days' },
  { millis: 30 * DAY, label: 'Last 30 days' },
];

export function TimeFilter({ query, change }: FilterProps) {
  const shownZone = useStore(zone);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const isSet = query.lastMillis !== null || query.from !== null || query.to !== null;
  const local = (time: string | null) => (time ? toLocalInput(Date.parse(time), shownZone) : '');
  const instant = (text: string) => {
    const millis = text ? fromLocalInput(text, shownZone) : null;
    return millis === null ? null : new Date(millis).toISOString();
  };
  const isReversed = Boolean(from && to && from >= to);
  return (
    <Popup
      label="Time"
      active={isSet}
      onOpen={() => {
        setFrom(local(query.from));
        setTo(local(query.to));
      }}
    >
      {close => (
        <div class="filter">
          <div class="filter-list">
            {RANGES.map(({ millis, label }) => (
              <button
                key={label}
                type="button"
                class="filter-choice"
                aria-pressed={millis === null ? !isSet : query.lastMillis === millis}
                onClick={() => {
                  change({ lastMillis: millis, from: null, to: null });
                  close();
                }}
              >
                {label}
              </button>
            ))}
          </div>
          <form
            class="filter-form"
            onSubmit={event => {
              event.preventDefault();
              if (isReversed) return;
              change({ lastMillis: null, from: instant(from), to: instant(to) });
              close();
            }}
          >
            <TextField type="datetime-local" label={`From (${shownZone})`} value={from} onInput={setFrom} />
            <TextField
              type="datetime-local"
              label="To"
              value={to}
              onInput={setTo}
              error={isReversed ? 'It must be later than the start of the range.' : null}
            />
            <Button kind="primary" type="submit">
              Show these
            </Button>
          </form>
        </div>
      )}
    </Popup>
  );
}

export function WorkflowFilter({ query, change }: FilterProps) {
  return (
    <Popup label="Workflow" active={query.workflow.length > 0}>
      {() => <WorkflowChoice query={query} change={change} />}
    </Popup>
  );
}

function WorkflowChoice({ query, change }: FilterProps) {
  const [search, setSearch] = useState('');
  const { data, loading } = useAsk(WORKFLOW_CHOICES, { search });
  const nodes = data?.workflows?.nodes ?? [];
  for (const { id, name } of nodes) rememberName(id, name);
  return (
    <div class="filter">
      <TextField label="Find by name or key" value={search} onInput={setSearch} data-autofocus />
      <div class="filter-list" role="group" aria-label="Workflows">
        {nodes.map(({ id, name, key }) => {
          const checked = query.workflow.includes(id);
          return (
            <label key={id} class="filter-check">
              <input
                type="checkbox"
                checked={checked}
                onChange={() =>
                  change({
                    workflow: checked ? query.workflow.filter(one => one !== id) : [...query.workflow, id],
                  })
                }
              />
              <span class="recorded">{name}</span>
              {key !== name && <span class="muted recorded">{key}</span>}
            </label>
          );
        })}
        {!loading && nodes.length === 0 && <p class="muted filter-none">No workflow has this in its name or key.</p>}
      </div>
    </div>
  );
}

export function LabelFilter({ query, change, known }: FilterProps & { known: () => readonly string[] }) {
  const [text, setText] = useState('');
  const [error, setError] = useState<string | null>(null);
  return (
    <Popup label="Labels" active={query.labels.length > 0}>
      {() => (
        <form
          class="filter filter-form"
          onSubmit={event => {
            event.preventDefault();
            const term = parseLabel(text);
            if (!term) {
              setError('Write a label, such as env=prod.');
              return;
            }
            change({ labels: addLabel(query.labels, term) });
            setText('');
          }}
        >
          <TextField
            label="Label"
            value={text}
            onInput={value => {
              setText(value);
              setError(null);
            }}
            placeholder="env=prod"
            list="known-labels"
            error={error}
            hint="env=prod has this value, env has any, -env has none. Several values of one label mean one of them."
            data-autofocus
          />
          <datalist id="known-labels">
            {known().map(label => (
              <option key={label} value={label} />
            ))}
          </datalist>
          <Button kind="primary" type="submit">
            Add
          </Button>
        </form>
      )}
    </Popup>
  );
}

/** Adds a condition, unless it is there. */
export function addLabel(labels: readonly LabelTerm[], term: LabelTerm): readonly LabelTerm[] {
  return labels.some(one => labelText(one) === labelText(term)) ? labels : [...labels, term];
}

export function DurationFilter({ query, change }: FilterProps) {
  const [min, setMin] = useState('');
  const [max, setMax] = useState('');
  const words = (millis: number | null) => (millis === null ? '' : durationWords(millis));
  const read = (text: string) => (text.trim() ? parseDuration(text) : null);
  const problem = (text: string) =>
    text.trim() && parseDuration(text) === null ? 'Write a duration, such as 30 s, 5 min or 2 h.' : null;
  return (
    <Popup
      label="Duration"
      active={query.minMillis !== null || query.maxMillis !== null}
      onOpen={() => {
        setMin(words(query.minMillis));
        setMax(words(query.maxMillis));
      }}
    >
      {close => (
        <form
          class="filter filter-form"
          onSubmit={event => {
            event.preventDefault();
            if (problem(min) || problem(max)) return;
            change({ minMillis: read(min), maxMillis: read(max) });
            close();
          }}
        >
          <TextField
            label="At least"
            value={min}
            onInput={setMin}
            placeholder="30 s"
            error={problem(min)}
            data-autofocus
          />
          <TextField label="At most" value={max} onInput={setMax} placeholder="5 min" error={problem(max)} />
          <p class="muted">Only finished runs have a duration.</p>
          <Button kind="primary" type="submit">
            Show these
          </Button>
        </form>
      )}
    </Popup>
  );
}

export function MoreFilters({ query, change, triggers }: FilterProps & { triggers: () => readonly string[] }) {
  const [error, setError] = useState('');
  const [trigger, setTrigger] = useState('');
  const { retries, roots, held } = query;
  const isSet = retries || roots || held || query.error !== '' || query.trigger.length > 0;
  const flags = [
    { name: 'roots', checked: roots, label: 'Not started by another run' },
    { name: 'retries', checked: retries, label: 'Retries only' },
    { name: 'held', checked: held, label: 'Held only' },
  ] as const;
  return (
    <Popup
      label="More"
      active={isSet}
      onOpen={() => {
        setError(query.error);
        setTrigger('');
      }}
    >
      {close => (
        <form
          class="filter filter-form"
          onSubmit={event => {
            event.preventDefault();
            const text = trigger.trim();
            const added = text && !query.trigger.includes(text) ? [...query.trigger, text] : query.trigger;
            change({ error: error.trim(), trigger: added });
            close();
          }}
        >
          <TextField
            label="Error contains"
            maxLength={SEARCH_MAX}
            value={error}
            onInput={setError}
            placeholder="timeout"
            data-autofocus
          />
          <TextField label="Trigger" value={trigger} onInput={setTrigger} placeholder="cron" list="known-triggers" />
          <datalist id="known-triggers">
            {triggers().map(text => (
              <option key={text} value={text} />
            ))}
          </datalist>
          <div class="filter-list" role="group" aria-label="Only these runs">
            {flags.map(({ name, checked, label }) => (
              <label key={name} class="filter-check">
                <input type="checkbox" checked={checked} onChange={() => change({ [name]: !checked })} />
                {label}
              </label>
            ))}
          </div>
          <Button kind="primary" type="submit">
            Show these
          </Button>
        </form>
      )}
    </Popup>
  );
}
