import { useState } from 'preact/hooks';
import { type ApiError, asApiError } from '../api/errors';
import { request } from '../api/request';
import { can } from '../api/server';
import { Button } from '../parts/Button';
import { TextField } from '../parts/Field';
import { Popup } from '../parts/Popup';
import { holdRun, releaseRun } from './operations';
import { hasEnded, type Run } from './useRun';

/** Protects a run from cleanups and retention policies, or ends that. */
export function Hold({ run, onChanged }: { run: Run; onChanged: () => void }) {
  const [reason, setReason] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const isAllowed = can('executions:cleanup') || can('ops');

  async function change(close: () => void) {
    setBusy(true);
    try {
      if (run.held) await request(releaseRun, { input: { executionId: run.id } });
      else await request(holdRun, { input: { executionId: run.id, reason: reason.trim() || null } });
      setError(undefined);
      setReason('');
      onChanged();
      close();
    } catch (failure) {
      const problem = asApiError(failure);
      setError(problem);
      // The page says that the run was deleted.
      if (problem.code === 'NOT_FOUND') onChanged();
    } finally {
      setBusy(false);
    }
  }
  if (!hasEnded(run.status) && !run.held) return null;
  return (
    <Popup
      label={run.held ? 'Held' : 'Hold'}
      icon="lock"
      kind="quiet"
      caret={false}
      active={run.held === true}
      unavailable={isAllowed ? null : 'Holding a run needs the scope executions:cleanup.'}
    >
      {close => (
        <form
          class="hold"
          onSubmit={event => {
            event.preventDefault();
            void change(() => close());
          }}
        >
          {run.held ? (
            <p>
              Cleanups and retention policies keep this run.
              {run.holdReason && ` Reason: ${run.holdReason}`}
            </p>
          ) : (
            <TextField
              label="Why should this run be kept?"
              hint="Optional. A held run is never deleted by a cleanup or a retention policy."
              value={reason}
              onInput={setReason}
              maxLength={500}
            />
          )}
          {error && (
            <p class="field-error" role="alert">
              {error.message}
            </p>
          )}
          <Button type="submit" kind="primary" busy={busy}>
            {run.held ? 'Release' : 'Hold this run'}
          </Button>
        </form>
      )}
    </Popup>
  );
}
