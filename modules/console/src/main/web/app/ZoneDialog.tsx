import { useState } from 'preact/hooks';
import { useStore } from '../api/store';
import { Button } from '../parts/Button';
import { Dialog, DialogActions } from '../parts/Dialog';
import { TextField } from '../parts/Field';
import { formatExact, isZone } from '../text/time';
import { chooseZone, localZone, useNow, zone } from './clock';
import { navigate, place, readable } from './navigate';

/** Chooses the time zone of all times, and puts it into the URL, so that a shared link shows the same times. */
export function ZoneDialog({ onClose }: { onClose: () => void }) {
  const chosen = useStore(zone);
  const [text, setText] = useState(chosen);
  const now = useNow();
  const known = isZone(text);

  function choose(next: string) {
    chooseZone(next);
    const { path, query } = place.get();
    const params = new URLSearchParams(query);
    if (next === localZone) params.delete('tz');
    else params.set('tz', next);
    const search = readable(params);
    navigate(path + (search && `?${search}`), 'replace');
    onClose();
  }

  return (
    <Dialog title="Time zone" onClose={onClose}>
      <form
        class="sign-in"
        onSubmit={event => {
          event.preventDefault();
          if (known) choose(text);
        }}
      >
        <TextField
          label="Zone, such as UTC or Asia/Kolkata"
          value={text}
          onInput={setText}
          list="zones"
          data-autofocus
          error={known ? null : 'The browser does not know this zone.'}
          hint={known ? `It is ${formatExact(now, text)} there.` : null}
        />
        <datalist id="zones">
          {['UTC', ...Intl.supportedValuesOf('timeZone')].map(name => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <DialogActions>
          <Button onClick={() => choose(localZone)}>Local time</Button>
          <Button onClick={() => choose('UTC')}>UTC</Button>
          <Button kind="primary" type="submit">
            Use this zone
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
