import { useEffect, useState } from 'preact/hooks';
import { loadSession, session } from '../api/server';
import { useStore } from '../api/store';
import { Button } from '../parts/Button';
import { SignIn } from './SignIn';

const NOTICE_MILLIS = 60_000;
/** Longer timers overflow. */
const TIMER_MAX_MILLIS = 2 ** 31 - 1;

/** Says a minute before the session ends that it does, and asks the server when it has. */
export function SessionEnd() {
  const current = useStore(session);
  const [near, setNear] = useState(false);
  const [open, setOpen] = useState(false);
  const expiresAt = typeof current === 'object' ? current.expiresAt : null;

  useEffect(() => {
    setNear(false);
    setOpen(false);
    if (!expiresAt) return;
    const left = Date.parse(expiresAt) - Date.now();
    // The server allows for clocks that differ, so it decides when the session has ended.
    const timers = [setTimeout(() => setNear(true), Math.min(TIMER_MAX_MILLIS, left - NOTICE_MILLIS))];
    if (left < TIMER_MAX_MILLIS) timers.push(setTimeout(() => void loadSession(), Math.max(0, left) + 500));
    return () => timers.forEach(clearTimeout);
  }, [expiresAt]);

  const isNear = near && expiresAt !== null && Date.parse(expiresAt) - Date.now() <= NOTICE_MILLIS + 1_000;
  return (
    <>
      <div class="connection" role="status">
        {isNear && (
          <>
            <span>Your session ends in a minute.</span>
            <Button kind="quiet" onClick={() => setOpen(true)}>
              Sign in again
            </Button>
          </>
        )}
      </div>
      {open && current !== 'signed-out' && <SignIn onClose={() => setOpen(false)} />}
    </>
  );
}
