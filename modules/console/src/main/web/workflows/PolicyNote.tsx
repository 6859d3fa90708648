import { session } from '../api/server';
import { useStore } from '../api/store';
import { Link, paths } from '../app/navigate';
import { useAsk } from '../app/useAsk';
import { mayCleanUp, policyCriteria, specificity } from '../cleanup/criteria';
import { POLICIES } from '../cleanup/operations';
import { ErrorNotice } from '../parts/Notice';
import { policyWords } from '../text/words';

/** What retention policies say about one workflow. */
export function PolicyNote({ workflowId, owner }: { workflowId: string; owner: string | null }) {
  const viewer = useStore(session);
  const allowed = mayCleanUp(viewer);
  const asked = useAsk(POLICIES, allowed ? {} : null);
  const policies = asked.data?.retentionPolicies?.nodes.filter(
    policy =>
      (policy.workflowId === null || policy.workflowId === workflowId) &&
      (policy.owner === null || policy.owner === owner),
  );
  return (
    <section class="workflow-panel" aria-labelledby="policy">
      <div class="workflow-panel-head">
        <h2 id="policy">Retention</h2>
        {allowed && <Link to={paths.cleanup(`tab=policies&workflow=${workflowId}`)}>Change</Link>}
      </div>
      <ErrorNotice error={asked.error ?? asked.fieldErrors[0]} again={asked.again} what="The list of policies" />
      {!allowed && <p class="secondary">Policies can be seen with the scope executions:cleanup.</p>}
      {policies?.length === 0 && <p>No policy deletes runs of this workflow.</p>}
      {policies && policies.length > 0 && (
        <>
          <ul class="cleanup-list">
            {[...policies]
              .sort((a, b) => specificity(b) - specificity(a))
              .map(policy => (
                <li key={policy.id}>{policyWords(policyCriteria(policy, owner))}</li>
              ))}
          </ul>
          {policies.length > 1 && (
            <p class="secondary">For each run, the most specific one applies: they are in that order.</p>
          )}
        </>
      )}
    </section>
  );
}
