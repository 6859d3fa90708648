import type { ComponentChildren } from 'preact';
import { Link, paths } from '../app/navigate';
import { useAsk } from '../app/useAsk';
import { ErrorNotice } from '../parts/Notice';
import { DateTime } from '../parts/Time';
import { plural } from '../text/number';
import { timeOfId } from './ids';
import { failingSince, lastSuccess, sameError } from './operations';
import type { Run } from './useRun';

/** Since when the workflow fails, and which other runs have the same kind of error. */
export function SinceWhen({ run }: { run: Run }) {
  if (!run.workflow) return null;
  const workflow = run.workflow.id;
  const fingerprint = run.error?.fingerprint;
  return (
    <div class="since">
      <FailingSince run={run} workflow={workflow} />
      {fingerprint && <SameError run={run} workflow={workflow} fingerprint={fingerprint} />}
    </div>
  );
}

function FailingSince({ run, workflow }: { run: Run; workflow: string }) {
  const at = timeIn(run);
  const successes = useAsk(lastSuccess, { workflow, at });
  // An answer of which a part failed would name a wrong first failure.
  const { before, after } = successes.fieldErrors.length ? {} : (successes.data ?? {});
  const lastBefore = before?.nodes[0];
  const firstAfter = after?.nodes[0];
  const failures = useAsk(
    failingSince,
    before && after
      ? { workflow, after: lastBefore ? timeIn(lastBefore) : null, before: firstAfter ? timeIn(firstAfter) : null }
      : null,
  );
  const failed = failures.stale || failures.fieldErrors.length ? null : failures.data?.executions;
  const error = successes.error ?? successes.fieldErrors[0] ?? failures.error ?? failures.fieldErrors[0];
  const notice = (
    <ErrorNotice
      error={error}
      again={() => {
        successes.again();
        failures.again();
      }}
      what="The list of earlier runs"
    />
  );
  if (!before || !after || !failed) {
    return (
      <>
        {notice}
        {(!error || error.code === 'OFFLINE') && <p class="muted">Looking for earlier runs…</p>}
      </>
    );
  }
  if ([before, after, failed].some(isUndecided)) {
    return (
      <>
        {notice}
        <p class="muted">The earlier runs of this workflow could not be searched in time.</p>
      </>
    );
  }
  const [first] = failed.nodes;
  if (!first) return notice;
  return (
    <>
      {notice}
      <p>
        {failed.totalCount === 1 ? (
          lastBefore ? (
            <>
              Last success before: <RunLink run={lastBefore} />.
            </>
          ) : (
            'There is no earlier success of this workflow.'
          )
        ) : (
          <>
            <strong>
              Failing since <DateTime at={startOf(first)} />
            </strong>
            {': '}
            {failed.totalCount === null && 'at least '}
            {plural(failed.totalCount ?? failed.countAtLeast ?? 1, 'failed run')} in a row,{' '}
            {first.id === run.id ? 'this one first' : <RunLink run={first}>see the first</RunLink>}.{' '}
            {lastBefore ? (
              <>
                Last success before: <RunLink run={lastBefore} />.
              </>
            ) : (
              'There is no earlier success.'
            )}
          </>
        )}{' '}
        {firstAfter && (
          <>
            Succeeded again: <RunLink run={firstAfter} />.
          </>
        )}
      </p>
    </>
  );
}

/** Whether the search ran out of time before it found anything. */
function isUndecided({ nodes, isPartial }: { nodes: readonly unknown[]; isPartial: boolean }): boolean {
  return isPartial && nodes.length === 0;
}

function SameError({ run, workflow, fingerprint }: { run: Run; workflow: string; fingerprint: string }) {
  const { data, error, fieldErrors, again } = useAsk(sameError, { fingerprint, workflow });
  const { newest, oldest } = data ?? {};
  const count = newest?.totalCount ?? newest?.countAtLeast;
  const first = oldest?.nodes[0];
  const query = `fingerprint=${encodeURIComponent(fingerprint)}&workflow=${encodeURIComponent(workflow)}`;
  return (
    <>
      <ErrorNotice error={error ?? fieldErrors[0]} again={again} what="The list of runs with the same error" />
      {count && first ? (
        <p>
          {newest?.totalCount === 1 ? (
            'No other run of this workflow has this kind of error.'
          ) : (
            <>
              The same kind of error: {newest?.totalCount === null && 'at least '}
              <Link to={paths.runs(query)}>{plural(count, 'run')}</Link>,{' '}
              {first.id === run.id ? (
                'this one first'
              ) : (
                <>
                  first on <RunLink run={first} />
                </>
              )}
              .
            </>
          )}
        </p>
      ) : null}
    </>
  );
}

interface Started {
  readonly id: string;
  readonly startedAt: string | null;
}

function timeIn({ id }: { id: string }): string {
  return new Date(timeOfId(id)).toISOString();
}

/** A run may have ended without a start. */
function startOf(run: Started): string {
  return run.startedAt ?? timeIn(run);
}

function RunLink({ run, children }: { run: Started; children?: ComponentChildren }) {
  return <Link to={paths.run(run.id)}>{children ?? <DateTime at={startOf(run)} />}</Link>;
}
