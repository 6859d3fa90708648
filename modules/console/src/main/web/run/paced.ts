import { type ApiError, asApiError } from '../api/errors';

/** Reads one after the other, with a pause after each. */
export interface Paced {
  /** Reads at once, or after the current reading and its pause. */
  want(): void;
  /** Reads at once, or directly after the current reading: for what a person does. */
  now(): void;
}

const RETRY_MILLIS = 5_000;

/**
 * Reads while changes come faster than answers: however often a reading is wanted, at most one is on its way. It is
 * repeated after a temporary error. `report` is called after each reading, without an error if it succeeded. After
 * `signal`, nothing is read or reported.
 */
export function paced(
  pauseMillis: number,
  read: () => Promise<void>,
  report: (error: ApiError | undefined) => void,
  signal: AbortSignal,
): Paced {
  let isReading = false;
  let isWanted = false;
  let isUrgent = false;
  let pause: ReturnType<typeof setTimeout> | undefined;

  async function run() {
    clearTimeout(pause);
    isReading = true;
    isWanted = false;
    isUrgent = false;
    const error = await read().then(() => undefined, asApiError);
    if (signal.aborted) return;
    isReading = false;
    report(error);
    const isTemporary = error?.isTemporary ?? false;
    isWanted ||= isTemporary;
    pause = setTimeout(
      () => {
        pause = undefined;
        if (isWanted) void run();
      },
      isUrgent ? 0 : isTemporary ? (error?.retryAfterMillis ?? RETRY_MILLIS) : pauseMillis,
    );
  }

  signal.addEventListener('abort', () => clearTimeout(pause));
  return {
    want() {
      if (isReading || pause !== undefined) isWanted = true;
      else void run();
    },
    now() {
      isWanted = true;
      isUrgent = isReading;
      if (!isReading) void run();
    },
  };
}
