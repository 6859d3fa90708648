import type { CleanupState } from '#operations';
import { session } from '../api/server';
import { formatExact } from '../text/time';
import { runsWords } from '../text/words';
import type { Cleanup } from './criteria';

export const STATES: Record<CleanupState, string> = {
  PENDING: 'Waiting for its turn',
  RUNNING: 'Deleting',
  COMPLETED: 'Done',
  CANCELLED: 'Cancelled',
  FAILED: 'Failed',
};

export function isOver(state: CleanupState): boolean {
  return state !== 'PENDING' && state !== 'RUNNING';
}

/** What a cleanup deletes: `failed runs of import from before 27 Oct`. Its age was turned into a time when it began. */
export function cleanupWords(cleanup: Cleanup): string {
  const name = cleanup.workflow?.name ?? cleanup.workflowId;
  if (cleanup.deletesWorkflow) return `the workflow ${name} with all its runs`;
  const current = session.get();
  const viewer = typeof current === 'object' ? current.subject : null;
  const owner =
    cleanup.owner === null ? ' of all owners' : cleanup.owner === viewer ? '' : ` of the owner ${cleanup.owner}`;
  const except = cleanup.keepLast === null ? '' : `, except the newest ${cleanup.keepLast} of each workflow`;
  const policies = cleanup.ignorePolicies ? ', also those that a policy keeps longer' : '';
  const before = formatExact(Date.parse(cleanup.before), 'UTC').replace(/\.\d+/, '');
  return `${runsWords(cleanup.statuses)}${name === null ? '' : ` of ${name}`}${owner} from before ${before}${except}${policies}`;
}
