import { useEffect, useRef, useState } from 'preact/hooks';
import { session } from '../api/server';
import { useStore } from '../api/store';
import { useNow } from '../app/clock';
import { Link, paths } from '../app/navigate';
import { toast } from '../app/toast';
import { useAsk } from '../app/useAsk';
import { useSend } from '../app/useSend';
import { Button } from '../parts/Button';
import { Dialog, DialogActions } from '../parts/Dialog';
import { ErrorNotice, Notice, Unread } from '../parts/Notice';
import { Time } from '../parts/Time';
import { formatNumber } from '../text/number';
import { overdueWords, policyWords } from '../text/words';
import { mayCleanUpForOthers, type Policy, policyCriteria } from './criteria';
import { DELETE_POLICY, POLICIES } from './operations';
import { PolicyForm } from './PolicyForm';

/** Policies in words, and the form for another one. */
export function Policies({ workflow }: { workflow: string | null }) {
  const asked = useAsk(POLICIES, {});
  const policies = asked.data?.retentionPolicies?.nodes;
  const [editing, setEditing] = useState<Policy | 'new' | null>(workflow === null ? null : 'new');
  const panel = useRef<HTMLDivElement>(null);
  /** What the form was opened for: the button that opens it gets the focus back. */
  const opened = useRef<string | null>(null);
  useEffect(() => {
    if (editing !== null) opened.current = editing === 'new' ? 'new' : editing.id;
    else panel.current?.querySelector<HTMLElement>(`[data-opens="${opened.current}"]`)?.focus();
  }, [editing]);

  const saved = (words: string) => {
    setEditing(null);
    asked.again();
    toast(words);
  };
  return (
    <div class="cleanup-panel" ref={panel}>
      <ErrorNotice error={asked.error ?? asked.fieldErrors[0]} again={asked.again} what="The list of policies" />
      {!policies && <Unread error={asked.error} rows={4} />}
      {policies?.length === 0 && (
        <Notice title="Nothing is deleted automatically.">A policy deletes runs by age or number, every day.</Notice>
      )}
      {policies && policies.length > 0 && (
        <ul class="cleanup-cards">
          {policies.map(policy => (
            <PolicyItem key={policy.id} policy={policy} onEdit={() => setEditing(policy)} onDeleted={saved} />
          ))}
        </ul>
      )}
      {editing === null ? (
        <div>
          <Button data-opens="new" onClick={() => setEditing('new')}>
            Add a policy…
          </Button>
        </div>
      ) : (
        <PolicyForm
          key={editing === 'new' ? 'new' : editing.id}
          policy={editing === 'new' ? null : editing}
          workflow={workflow}
          policies={policies ?? []}
          onClose={() => setEditing(null)}
          onSaved={saved}
        />
      )}
    </div>
  );
}

function PolicyItem({
  policy,
  onEdit,
  onDeleted,
}: {
  policy: Policy;
  onEdit: () => void;
  onDeleted: (words: string) => void;
}) {
  const viewer = useStore(session);
  const now = useNow(0);
  const [deleting, setDeleting] = useState(false);
  const { send, busy, error } = useSend(DELETE_POLICY);
  const subject = typeof viewer === 'object' ? viewer.subject : null;
  const overdue = overdueWords(policy.overdue, policy.overdueSince, now);
  const foreign =
    policy.owner !== subject && !mayCleanUpForOthers(viewer) ? 'It is for all owners: that needs the scope ops.' : null;
  const fixed = policy.fromConfiguration
    ? 'It comes from the server’s configuration: retention.default-keep-for and default-keep-last.'
    : foreign;

  async function remove() {
    if (await send({ input: { id: policy.id } })) onDeleted('The policy is deleted.');
  }

  return (
    <li class="cleanup-card">
      <div class="cleanup-card-text">
        <p class="cleanup-sentence">{policyWords(policyCriteria(policy, subject))}</p>
        <p class="secondary">
          {policy.fromConfiguration ? 'Set by the server’s configuration. ' : ''}
          {policy.lastRunAt ? (
            <>
              Last run <Time at={policy.lastRunAt} />
              {policy.lastCleanup && (
                <>
                  {', which '}
                  <Link to={paths.cleanup(`tab=past&cleanup=${policy.lastCleanup.id}`)}>
                    deleted {formatNumber(policy.lastCleanup.deleted)}
                  </Link>
                </>
              )}
              .
            </>
          ) : (
            'It has not run yet.'
          )}
        </p>
        {overdue && <p class="cleanup-overdue">{overdue}</p>}
      </div>
      <div class="cleanup-row-actions">
        <Button unavailable={fixed} data-opens={policy.id} onClick={onEdit}>
          Edit
        </Button>
        <Button unavailable={fixed} onClick={() => setDeleting(true)}>
          Delete…
        </Button>
      </div>
      {deleting && (
        <Dialog title="Delete this policy?" onClose={() => setDeleting(false)}>
          <div class="dialog-text">
            <p>{policyWords(policyCriteria(policy, subject))}</p>
            <p>Without it, these runs are kept unless another policy applies. No run is deleted now.</p>
            <ErrorNotice error={error} what="Deleting the policy" />
          </div>
          <DialogActions>
            <Button onClick={() => setDeleting(false)}>Keep it</Button>
            <Button kind="danger" busy={busy} onClick={remove}>
              Delete the policy
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </li>
  );
}
