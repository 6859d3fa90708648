import { useState } from 'preact/hooks';
import { ApiError } from '../api/errors';
import { signIn } from '../api/server';
import { Button } from '../parts/Button';
import { Copy } from '../parts/Copy';
import { Dialog, DialogActions } from '../parts/Dialog';
import { TextField } from '../parts/Field';

const COMMAND = './runlog token --subject developer --valid-for P1D';

/** Asks for a token over the page, which stays as it is. */
export function SignIn({ onClose }: { onClose?: () => void }) {
  const [token, setToken] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: Event) {
    event.preventDefault();
    const value = token.trim().replace(/^Bearer\s+/i, '');
    if (!value) {
      setError('Paste a token.');
      return;
    }
    if (!/^[\x21-\x7e]+$/.test(value)) {
      setError('A token has no spaces and no special characters. Was something else copied with it?');
      return;
    }
    setBusy(true);
    try {
      await signIn(value);
      setToken('');
    } catch (failure) {
      setError(failure instanceof ApiError ? failure.message : 'The token could not be sent.');
      setToken('');
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog title="Sign in to Runlog" onClose={onClose}>
      <form class="sign-in" onSubmit={submit}>
        <TextField
          type="password"
          label="Token"
          name="token"
          maxLength={100_000}
          data-autofocus
          value={token}
          onInput={value => {
            setToken(value);
            setError(null);
          }}
          error={error}
          hint="It is kept in a cookie that scripts cannot read, until it expires."
        />
        <DialogActions>
          <Button kind="primary" type="submit" busy={busy}>
            Sign in
          </Button>
        </DialogActions>
        <div>
          <p class="secondary">To make a token on the server's machine, run:</p>
          <pre>
            <code>{COMMAND}</code> <Copy text={COMMAND} label="Copy the command" />
          </pre>
          <p class="secondary">On the server's own machine, the link that it printed at its start signs in, too.</p>
        </div>
      </form>
    </Dialog>
  );
}
