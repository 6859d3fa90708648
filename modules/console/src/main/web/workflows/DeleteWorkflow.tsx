import { useState } from 'preact/hooks';
import { session } from '../api/server';
import { useStore } from '../api/store';
import { navigate, paths } from '../app/navigate';
import { useAsk } from '../app/useAsk';
import { useSend } from '../app/useSend';
import { mayCleanUp } from '../cleanup/criteria';
import { Button } from '../parts/Button';
import { Dialog, DialogActions } from '../parts/Dialog';
import { TextField } from '../parts/Field';
import { ErrorNotice, Unread } from '../parts/Notice';
import { Recorded } from '../parts/Recorded';
import { figuresWords, sparedWords } from '../text/words';
import { DELETE_WORKFLOW } from './operations';

interface Props {
  readonly id: string;
  readonly workflowKey: string;
  readonly name: string;
}

export function DeleteWorkflow(props: Props) {
  const [open, setOpen] = useState(false);
  const allowed = mayCleanUp(useStore(session));
  return (
    <div>
      <Button unavailable={allowed ? null : 'Needs the scope executions:cleanup'} onClick={() => setOpen(true)}>
        Delete this workflow…
      </Button>
      {open && <DeleteDialog {...props} onClose={() => setOpen(false)} />}
    </div>
  );
}

function DeleteDialog({ id, workflowKey, name, onClose }: Props & { onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const asked = useAsk(DELETE_WORKFLOW, { input: { workflowId: id, dryRun: true } });
  const preview = asked.data?.deleteWorkflow?.cleanup?.preview;
  const { send, busy, error } = useSend(DELETE_WORKFLOW);

  async function remove() {
    const result = await send({ input: { workflowId: id } });
    const cleanup = result?.deleteWorkflow?.cleanup;
    if (cleanup) navigate(paths.cleanup(`tab=past&cleanup=${cleanup.id}`));
  }

  return (
    <Dialog title="Delete this workflow" onClose={onClose}>
      <div class="dialog-text">
        <p>
          This deletes the workflow <Recorded text={name} />, its policies, and all its runs, however new they are.
        </p>
        {preview ? (
          <p>
            <strong>{figuresWords(preview)}</strong>
            {sparedWords(preview.spared).map(words => (
              <span key={words}>, {words}</span>
            ))}
            .
          </p>
        ) : (
          <Unread error={asked.error} rows={1} />
        )}
        <ErrorNotice error={asked.error ?? asked.fieldErrors[0] ?? error} what="Deleting this workflow" />
        <TextField label={`To confirm, type the key ${workflowKey}`} value={typed} onInput={setTyped} />
      </div>
      <DialogActions>
        <Button onClick={onClose}>Keep it</Button>
        <Button
          kind="danger"
          busy={busy}
          unavailable={
            typed === workflowKey ? (preview ? null : 'The figures are not here yet.') : 'Type the key first.'
          }
          onClick={remove}
        >
          Delete the workflow
        </Button>
      </DialogActions>
    </Dialog>
  );
}
