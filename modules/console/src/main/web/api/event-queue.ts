/** Collects events and hands them over together, so that a hundred events a second cost one update a frame. */
export interface EventQueue<T> {
  add(event: T): void;
  /** Drops the events that wait, and reports that they are missing. */
  reset(): void;
  stop(): void;
}

const PENDING_MAX = 10_000;
const HIDDEN_MILLIS = 1_000;

export function eventQueue<T>(deliver: (batch: readonly T[]) => void, reset: () => void): EventQueue<T> {
  let pending: T[] = [];
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function schedule() {
    if (timer !== undefined) return;
    frame = requestAnimationFrame(flush);
    // A hidden tab has no frames.
    timer = setTimeout(flush, HIDDEN_MILLIS);
  }

  function cancel() {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    timer = undefined;
  }

  function flush() {
    cancel();
    const batch = pending;
    pending = [];
    if (batch.length) deliver(batch);
  }

  function drop() {
    cancel();
    pending = [];
  }

  return {
    add(event) {
      pending.push(event);
      if (pending.length > PENDING_MAX) {
        drop();
        reset();
      } else {
        schedule();
      }
    },
    reset() {
      drop();
      reset();
    },
    stop: drop,
  };
}
