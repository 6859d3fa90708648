import { useEffect, useRef, useState } from 'preact/hooks';
import type { ExecutionStatus } from '#operations';
import { session } from '../api/server';
import { useStore } from '../api/store';
import { useAsk } from '../app/useAsk';
import { useSend } from '../app/useSend';
import { Button } from '../parts/Button';
import { ErrorNotice } from '../parts/Notice';
import { nextRunWords, type Owners, policyTiming, policyWords, sparedWords } from '../text/words';
import { useSettled } from './CleanNow';
import { isOverruled, mayCleanUpForOthers, ownersInput, ownersOf, type Policy } from './criteria';
import { AgeField, KeepLastField, OwnersField, StatusField, useFields, WorkflowField } from './fields';
import { REQUEST_CLEANUP, SET_POLICY, WORKFLOW_NAME } from './operations';

interface Props {
  /** The policy to change; null for a new one. */
  readonly policy: Policy | null;
  /** Workflow of a new policy. */
  readonly workflow: string | null;
  /** All that are there already. */
  readonly policies: readonly Policy[];
  readonly onClose: () => void;
  readonly onSaved: (words: string) => void;
}

interface Draft {
  readonly statuses: readonly ExecutionStatus[];
  readonly workflow: string | null;
  readonly olderThan: string | null;
  readonly keepLast: number | null;
  readonly owners: Owners;
}

/** A policy as a sentence that is also the form, with what it would delete. */
export function PolicyForm({ policy, workflow, policies, onClose, onSaved }: Props) {
  const viewer = useStore(session);
  const subject = typeof viewer === 'object' ? viewer.subject : null;
  const [draft, setDraft] = useState<Draft>(() => ({
    statuses: policy?.statuses ?? [],
    workflow: policy ? policy.workflowId : workflow,
    olderThan: policy ? policy.keepFor : 'P30D',
    keepLast: policy?.keepLast ?? null,
    owners: policy ? ownersOf(policy.owner, subject) : null,
  }));
  const { set, isUnread } = useFields<Draft>(draft, next => setDraft(before => ({ ...before, ...next })));
  const { send, busy, error } = useSend(SET_POLICY);
  const form = useRef<HTMLFormElement>(null);
  // It opens below all policies: the focus brings it into sight.
  useEffect(() => form.current?.querySelector<HTMLElement>('input, select')?.focus(), []);

  const limited = draft.olderThan !== null || draft.keepLast !== null;
  const refusal = isUnread
    ? 'A field above is not understood.'
    : limited
      ? null
      : 'Choose an age, or a number of runs to keep.';
  const scope = {
    ...(draft.statuses.length ? { statuses: draft.statuses } : {}),
    ...(draft.workflow === null ? {} : { workflowId: draft.workflow }),
    ...(draft.keepLast === null ? {} : { keepLast: draft.keepLast }),
    ...ownersInput(draft.owners),
  };
  // A policy comes before less specific ones, and replaces itself. A dry run would count what these keep as kept.
  const target = {
    workflowId: draft.workflow,
    owner: draft.owners === 'all' ? null : (draft.owners?.owner ?? subject),
    statuses: draft.statuses,
  };
  const overruled = isOverruled(target, policies);
  const wanted = JSON.stringify({
    ...scope,
    ...(draft.olderThan === null ? {} : { olderThan: draft.olderThan }),
    ignorePolicies: !overruled,
    dryRun: true,
  });
  const dryRun = useSettled(wanted);
  const counted = useAsk(REQUEST_CLEANUP, limited ? { input: JSON.parse(dryRun) } : null);
  const figures = counted.data?.cleanupExecutions?.cleanup?.preview;
  const named = useAsk(WORKFLOW_NAME, draft.workflow === null ? null : { id: draft.workflow });
  const name = draft.workflow === null ? null : (named.data?.workflow?.name ?? 'this workflow');
  const criteria = { ...draft, workflow: name };

  // With another workflow, owner or statuses, it is another policy.
  const isAnother =
    policy !== null &&
    (policy.workflowId !== draft.workflow ||
      policy.statuses.join() !== draft.statuses.join() ||
      JSON.stringify(ownersOf(policy.owner, subject)) !== JSON.stringify(draft.owners));

  async function save() {
    const result = await send({
      input: { ...scope, ...(draft.olderThan === null ? {} : { keepFor: draft.olderThan }) },
    });
    if (result?.setRetentionPolicy?.retentionPolicy) onSaved('The policy is saved.');
  }

  return (
    <form
      ref={form}
      class="cleanup-form"
      aria-labelledby="policy-form"
      onSubmit={event => {
        event.preventDefault();
        if (refusal === null) void save();
      }}
    >
      <h2 id="policy-form">{policy ? 'Change the policy' : 'A new policy'}</h2>
      <div class="cleanup-question">
        <StatusField value={draft.statuses} onChange={statuses => set('statuses', statuses)} />
        <WorkflowField value={draft.workflow} onChange={next => set('workflow', next)} />
        {mayCleanUpForOthers(viewer) && <OwnersField value={draft.owners} onChange={owners => set('owners', owners)} />}
        <AgeField label="Delete after" value={draft.olderThan} onChange={age => set('olderThan', age)} />
        <KeepLastField value={draft.keepLast} onChange={count => set('keepLast', count)} />
      </div>
      <div class="cleanup-words" role="status">
        <p class="cleanup-sentence">{policyWords(criteria)}</p>
        {limited && figures && (
          <p class={counted.stale || counted.loading || dryRun !== wanted ? 'is-stale' : ''}>
            {nextRunWords(figures)} {policyTiming(criteria)}
            {sparedWords(figures.spared).length > 0 && ` Not deleted: ${sparedWords(figures.spared).join(', ')}.`}
          </p>
        )}
        {!limited && <p>Choose an age, or a number of runs to keep.</p>}
        {isAnother && <p class="secondary">This adds a policy: the one that you started from stays.</p>}
      </div>
      <ErrorNotice error={counted.error ?? counted.fieldErrors[0]} again={counted.again} what="Counting" />
      <ErrorNotice error={error} what="Saving the policy" />
      <div class="cleanup-row-actions">
        <Button type="submit" kind="primary" busy={busy} unavailable={refusal}>
          Save the policy
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}
