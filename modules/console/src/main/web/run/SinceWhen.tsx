import type { ComponentChildren } from 'preact';
import { Link, paths } from '../app/navigate';
import { useAsk } from '../app/useAsk';
import { DateTime } from '../parts/Time';
import { formatNumber, plural } from '../text/number';
import { timeOfId } from './ids';
import { failingSince, lastSuccess, sameError } from './operations';
import type { Run } from './useRun';

/** Since when the workflow fails, and which other runs have the same kind of error. */
export function SinceWhen({ run }: { run: Run }) {
  const workflow = run.workflow?.id ?? null;
  const at = new Date(timeOfId(run.id)).toISOString();
  const successes = useAsk(lastSuccess, workflow === null ? null : { workflow, at }).data;
  const before = successes?.before?.nodes[0];
  const after = successes?.after?.nodes[0];
  const failures = useAsk(
    failingSince,
    workflow === null || !successes
      ? null
      : {
          workflow,
          after: before ? new Date(timeOfId(before.id)).toISOString() : null,
          before: after ? new Date(timeOfId(after.id)).toISOString() : null,
        },
  ).data?.executions;
  const first = failures?.nodes[0];
  if (!failures || !first?.startedAt) return <p class="since muted">Looking for earlier runs…</p>;
  const count = failures.totalCount ?? failures.countAtLeast ?? 1;
  const isOnly = count === 1;
  return (
    <div class="since">
      <p>
        {isOnly ? (
          before?.startedAt ? (
            <>
              Last success before: <RunLink id={before.id} at={before.startedAt} />.
            </>
          ) : (
            'There is no earlier success of this workflow.'
          )
        ) : (
          <>
            <strong>
              Failing since <DateTime at={first.startedAt} />
            </strong>
            {': '}
            {failures.totalCount === null && 'at least '}
            {plural(count, 'failed run')} in a row,{' '}
            {first.id === run.id ? 'this one first' : <RunLink id={first.id}>see the first</RunLink>}.{' '}
            {before?.startedAt ? (
              <>
                Last success before: <RunLink id={before.id} at={before.startedAt} />.
              </>
            ) : (
              'There is no earlier success.'
            )}
          </>
        )}{' '}
        {after?.startedAt && (
          <>
            Succeeded again: <RunLink id={after.id} at={after.startedAt} />.
          </>
        )}
      </p>
      {run.error?.fingerprint && workflow !== null && (
        <SameError run={run} workflow={workflow} fingerprint={run.error.fingerprint} />
      )}
    </div>
  );
}

function SameError({ run, workflow, fingerprint }: { run: Run; workflow: string; fingerprint: string }) {
  const { newest, oldest } = useAsk(sameError, { fingerprint, workflow }).data ?? {};
  const count = newest?.totalCount ?? newest?.countAtLeast;
  const first = oldest?.nodes[0];
  if (!count || !first?.startedAt) return null;
  if (count === 1) return <p>No other run of this workflow has this kind of error.</p>;
  const query = `fingerprint=${encodeURIComponent(fingerprint)}&workflow=${encodeURIComponent(workflow)}`;
  return (
    <p>
      The same kind of error: {newest?.totalCount === null && 'at least '}
      <Link to={paths.runs(query)}>{formatNumber(count)} runs</Link>,{' '}
      {first.id === run.id ? (
        'this one first'
      ) : (
        <>
          first on <RunLink id={first.id} at={first.startedAt} />
        </>
      )}
      .
    </p>
  );
}

function RunLink({ id, at, children }: { id: string; at?: string; children?: ComponentChildren }) {
  return <Link to={paths.run(id)}>{at ? <DateTime at={at} /> : children}</Link>;
}
