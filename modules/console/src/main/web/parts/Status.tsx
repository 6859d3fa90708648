import type { ExecutionStatus, StepStatus } from '#operations';
import './status.css';

export type AnyStatus = ExecutionStatus | StepStatus;

/** All statuses of runs, in the order in which they are listed. */
export const RUN_STATUSES: readonly ExecutionStatus[] = [
  'RUNNING',
  'QUEUED',
  'SUCCESS',
  'FAILED',
  'CRASHED',
  'CANCELLED',
];

const WORDS: Record<AnyStatus, string> = {
  QUEUED: 'Queued',
  RUNNING: 'Running',
  SUCCESS: 'Success',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
  CRASHED: 'Crashed',
  SKIPPED: 'Skipped',
};

const GLYPHS: Record<AnyStatus, string> = {
  QUEUED: 'M8 3.2a4.8 4.8 0 1 0 0 9.6 4.8 4.8 0 0 0 0-9.6',
  RUNNING: 'M8 2.8a5.2 5.2 0 1 1-5.2 5.2',
  SUCCESS: 'M3 8.6l3.3 3.3L13 4.9',
  FAILED: 'M4 4l8 8M12 4l-8 8',
  CANCELLED: 'M8 2.8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 8 2.8M4.4 11.6l7.2-7.2',
  CRASHED: 'M9.6 1.8L4.4 8.6h4L6.6 14.2',
  SKIPPED: 'M3.5 8h9M9.5 5l3 3-3 3',
};

export function statusWord(status: AnyStatus): string {
  return WORDS[status];
}

/** Class that sets `--status` to the colour of a status. */
export function statusClass(status: AnyStatus): string {
  return `is-${status.toLowerCase()}`;
}

/** The sign of a status. It is drawn, not written: fonts without it would show a box. */
export function StatusGlyph({ status, size = 14 }: { status: AnyStatus; size?: number }) {
  return (
    <svg
      class={`status-glyph ${statusClass(status)}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      <path d={GLYPHS[status]} />
    </svg>
  );
}

/** Glyph and word of a status. */
export function Status({ status, large = false }: { status: AnyStatus; large?: boolean }) {
  return (
    <span class={large ? 'status is-large' : 'status'}>
      <StatusGlyph status={status} size={large ? 20 : 14} />
      <span>{WORDS[status]}</span>
    </span>
  );
}
