import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/Button';
import { plural } from '../text/number';
import { NEW_MAX } from './rows';

const SPOKEN_MILLIS = 10_000;

/** Says above the table that there are new runs. Rows never move by themselves. */
export function NewRuns({ count, outdated, onShow }: { count: number; outdated: boolean; onShow: () => void }) {
  const text =
    count >= NEW_MAX
      ? `More than ${plural(NEW_MAX, 'new run')}`
      : count > 0
        ? plural(count, 'new run')
        : outdated
          ? 'Runs changed since you looked'
          : '';
  return (
    <div class="runs-new">
      {text && (
        <Button kind="primary" icon={count > 0 ? 'up' : 'refresh'} title="Show them (.)" onClick={onShow}>
          {text}
        </Button>
      )}
      <Spoken text={text} />
    </div>
  );
}

/** Reads a text to screen readers, at most every ten seconds. */
function Spoken({ text }: { text: string }) {
  const [spoken, setSpoken] = useState('');
  const spokenAt = useRef(0);
  useEffect(() => {
    if (!text) {
      setSpoken('');
      return;
    }
    const wait = Math.max(0, spokenAt.current + SPOKEN_MILLIS - Date.now());
    const timer = setTimeout(() => {
      spokenAt.current = Date.now();
      setSpoken(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <span class="visually-hidden" role="status">
      {spoken}
    </span>
  );
}
