import { useState } from 'preact/hooks';
import { useStore } from '../api/store';
import { zone } from '../app/clock';
import { Button } from '../parts/Button';
import { TextField } from '../parts/Field';
import { Popup } from '../parts/Popup';
import { fromLocalInput, toLocalInput } from '../text/time';

/** Leads to a time in the list, which continues in both directions from there. */
export function Jump({ unavailable, onJump }: { unavailable: string | null; onJump: (time: string) => void }) {
  const shownZone = useStore(zone);
  const [text, setText] = useState('');
  return (
    <Popup
      label="Go to a date"
      icon="clock"
      text=""
      caret={false}
      unavailable={unavailable}
      onOpen={() => setText(toLocalInput(Date.now(), shownZone))}
    >
      {close => (
        <form
          class="filter filter-form"
          onSubmit={event => {
            event.preventDefault();
            const millis = fromLocalInput(text, shownZone);
            if (millis === null) return;
            onJump(new Date(millis).toISOString());
            close();
          }}
        >
          <TextField
            type="datetime-local"
            label={`Go to the runs of (${shownZone})`}
            value={text}
            onInput={setText}
            required
            data-autofocus
          />
          <Button kind="primary" type="submit">
            Go
          </Button>
        </form>
      )}
    </Popup>
  );
}
