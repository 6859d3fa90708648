import { useEffect, useState } from 'preact/hooks';
import { session } from '../api/server';
import { useStore } from '../api/store';
import { useAsk } from '../app/useAsk';
import { useSend } from '../app/useSend';
import { Button } from '../parts/Button';
import { Dialog, DialogActions } from '../parts/Dialog';
import { TextField } from '../parts/Field';
import { ErrorNotice, Notice, Unread } from '../parts/Notice';
import { formatNumber } from '../text/number';
import { countWords, criteriaWords, figuresWords, sentence, sparedWords } from '../text/words';
import { type CleanupQuery, canBeAsked, chosen, criteriaOf, inputOf, isLimited, mayCleanUpForOthers } from './criteria';
import { AgeField, KeepLastField, OwnersField, StatusField, useFields, WorkflowField } from './fields';
import { REQUEST_CLEANUP } from './operations';
import { type Figures, Preview } from './Preview';
import { Progress } from './Progress';

interface Props {
  readonly query: CleanupQuery;
  readonly setQuery: (next: Partial<CleanupQuery>, how?: 'push' | 'replace') => void;
}

/** Above this, the number is typed before anything is deleted. */
const TYPED_ABOVE = 10_000;
const PAUSE_MILLIS = 500;

/** The question what to delete, and the cleanup that it became. */
export function CleanNow({ query, setQuery }: Props) {
  return query.cleanup ? (
    <Progress id={query.cleanup} onDone={() => setQuery({ cleanup: null })} />
  ) : (
    <Question query={query} setQuery={setQuery} />
  );
}

/** One question, what would be deleted, and only then the button that deletes. */
function Question({ query, setQuery }: Props) {
  const viewer = useStore(session);
  const { set, isUnread } = useFields<CleanupQuery>(query, (next, how) => setQuery(chosen(query, next), how));
  const isAsked = canBeAsked(query);
  const wanted = JSON.stringify({ ...inputOf(query), dryRun: true });
  const input = useSettled(wanted);
  /** The question whose runs are about to be deleted: with another one, the dialog closes. */
  const [confirming, setConfirming] = useState<string | null>(null);
  const asked = useAsk(REQUEST_CLEANUP, isAsked ? { input: JSON.parse(input) } : null);
  const cleanup = asked.data?.cleanupExecutions?.cleanup;
  const error = isAsked ? (asked.error ?? asked.fieldErrors[0]) : undefined;
  const isRefused = error !== undefined && !error.isTemporary;
  const preview = isAsked && !isRefused ? cleanup?.preview : null;
  const current = input === wanted && !asked.stale && !asked.loading && !isUnread;
  const words = criteriaWords(criteriaOf(query, cleanup?.workflow?.name ?? null));

  return (
    <div class="cleanup-panel">
      <div class="cleanup-question">
        <AgeField label="Delete runs older than" value={query.olderThan} onChange={age => set('olderThan', age)} />
        <StatusField value={query.statuses} onChange={statuses => set('statuses', statuses)} />
        <WorkflowField value={query.workflow} onChange={workflow => set('workflow', workflow)} />
        <KeepLastField value={query.keepLast} onChange={count => set('keepLast', count, 'replace')} />
        {mayCleanUpForOthers(viewer) && (
          <OwnersField value={query.owners} onChange={owners => set('owners', owners, 'replace')} />
        )}
        <label class="cleanup-check">
          <input
            type="checkbox"
            checked={query.ignorePolicies}
            onChange={event => set('ignorePolicies', event.currentTarget.checked)}
          />
          Also what a policy keeps longer
        </label>
      </div>
      {!isLimited(query) && (
        <Notice kind="warn" title="Choose what to keep first.">
          An age, a status, or a number of newest runs.
        </Notice>
      )}
      <ErrorNotice error={error} again={asked.again} what="Clean up" />
      {isAsked && !preview && <Unread error={error} rows={4} />}
      {preview && (
        <section aria-labelledby="would-delete" class="cleanup-panel" aria-busy={!current}>
          <h2 id="would-delete" class="visually-hidden">
            What would be deleted
          </h2>
          <Preview words={words} figures={preview} stale={!current} />
          <div>
            <Button
              kind="danger"
              unavailable={
                preview.executions === 0
                  ? 'There is nothing to delete.'
                  : current
                    ? null
                    : isUnread
                      ? 'A field above is not understood.'
                      : 'The figures are being counted.'
              }
              onClick={() => setConfirming(wanted)}
            >
              {preview.executions === 0
                ? 'Nothing to delete'
                : `Delete ${countWords(preview.executions, preview.exact)}…`}
            </Button>
          </div>
        </section>
      )}
      {confirming === wanted && preview && (
        <Confirm
          query={query}
          words={words}
          figures={preview}
          onClose={() => setConfirming(null)}
          onRequested={id => {
            setConfirming(null);
            setQuery({ cleanup: id });
          }}
        />
      )}
    </div>
  );
}

interface ConfirmProps {
  readonly query: CleanupQuery;
  readonly words: string;
  readonly figures: Figures;
  readonly onClose: () => void;
  readonly onRequested: (id: string) => void;
}

function Confirm({ query, words, figures, onClose, onRequested }: ConfirmProps) {
  const [typed, setTyped] = useState('');
  const { send, busy, error } = useSend(REQUEST_CLEANUP);
  const mustType = figures.executions > TYPED_ABOVE;
  const expected = String(figures.executions);
  const matches = !mustType || typed.replace(/[\s,.]/g, '') === expected;

  async function remove() {
    const result = await send({ input: inputOf(query) });
    const id = result?.cleanupExecutions?.cleanup?.id;
    if (id) onRequested(id);
  }

  return (
    <Dialog title={`Delete ${countWords(figures.executions, figures.exact)}?`} onClose={onClose}>
      <div class="dialog-text">
        <p>
          {sentence(words)}: {figuresWords(figures)}. They cannot be brought back.
        </p>
        {sparedWords(figures.spared).length > 0 && <p>Not deleted: {sparedWords(figures.spared).join(', ')}.</p>}
        <ErrorNotice error={error} what="Clean up" />
        {mustType && (
          <TextField
            label={`To confirm, type ${formatNumber(figures.executions)}`}
            inputMode="numeric"
            value={typed}
            onInput={setTyped}
          />
        )}
      </div>
      <DialogActions>
        <Button onClick={onClose}>Keep them</Button>
        <Button kind="danger" busy={busy} unavailable={matches ? null : 'Type the number first.'} onClick={remove}>
          Delete
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** A text that is used once it stays the same for half a second: the server counts for one caller after the other. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MILLIS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
