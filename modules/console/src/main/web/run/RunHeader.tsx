import { Link, paths } from '../app/navigate';
import { Copy } from '../parts/Copy';
import { Duration } from '../parts/Duration';
import { Heartbeat } from '../parts/Heartbeat';
import { Recorded } from '../parts/Recorded';
import { Status, StatusGlyph, statusWord } from '../parts/Status';
import { DateTimeAgo, Time } from '../parts/Time';
import { History } from './History';
import { Hold } from './Hold';
import { hasEnded, type Run } from './useRun';

interface RunHeaderProps {
  run: Run;
  link: string;
  isDeleted: boolean;
  onChanged: () => void;
}

/** Which run it is, how it went, and what it belongs to. */
export function RunHeader({ run, link, isDeleted, onChanged }: RunHeaderProps) {
  const labels = Object.entries((run.labels ?? {}) as Record<string, string>);
  return (
    <header class="run-header">
      <div class="run-title">
        <h1>
          {run.workflow ? (
            <Link to={paths.workflow(run.workflow.id)}>
              <Recorded text={run.workflow.name} />
            </Link>
          ) : (
            'Run'
          )}
        </h1>
        <span role="status">
          <Status status={run.status} large />
        </span>
        <span class="run-actions">
          {!isDeleted && <Hold run={run} onChanged={onChanged} />}
          <Copy text={link} label="Copy link to this page (y)">
            Copy link
          </Copy>
        </span>
      </div>
      <dl class="run-facts">
        {run.startedAt ? (
          <Fact name="Started">
            <DateTimeAgo at={run.startedAt} />
          </Fact>
        ) : (
          <Fact name="Queued">
            <Time at={run.queuedAt} />
          </Fact>
        )}
        {run.startedAt && (
          <Fact name={hasEnded(run.status) ? 'Took' : 'Running for'}>
            <Duration millis={run.durationMillis} since={hasEnded(run.status) ? null : run.startedAt} />
          </Fact>
        )}
        {run.queuedAt && run.startedAt && (
          <Fact name="Waited">
            <Duration millis={Date.parse(run.startedAt) - Date.parse(run.queuedAt)} />
          </Fact>
        )}
        {run.trigger && (
          <Fact name="Trigger">
            <Link to={paths.runs(`trigger=${encodeURIComponent(run.trigger)}`)}>
              <Recorded text={run.trigger} />
            </Link>
          </Fact>
        )}
        {run.status === 'RUNNING' && run.heartbeatDeadline && (
          <Fact name="Heartbeat">
            <Heartbeat last={run.lastHeartbeatAt} deadline={run.heartbeatDeadline} />
          </Fact>
        )}
        <Attempts run={run} />
        {run.parent && (
          <Fact name="Started by">
            <RunLink run={run.parent} text={run.parent.workflow?.name ?? 'another run'} />
          </Fact>
        )}
        {run.workflow?.owner && (
          <Fact name="Owner">
            <Recorded text={run.workflow.owner} />
          </Fact>
        )}
        {labels.length > 0 && (
          <Fact name="Labels">
            {labels.map(([name, value]) => (
              <Link
                key={name}
                class="label"
                to={paths.runs(`label=${encodeURIComponent(`${name}:${value}`)}`)}
                title={`Runs with ${name}=${value}`}
              >
                <Recorded text={`${name}=${value}`} />
              </Link>
            ))}
          </Fact>
        )}
        {run.externalId && (
          <Fact name="External ID">
            <code class="recorded">{run.externalId}</code>
            {run.source && <span class="muted">from {run.source}</span>}
            <Copy text={run.externalId} label="Copy the external ID" />
          </Fact>
        )}
        <Fact name="ID">
          <code>{run.id}</code>
          <Copy text={run.id} label="Copy the ID" />
        </Fact>
      </dl>
      <History run={run} />
    </header>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Attempts({ run }: { run: Run }) {
  const retries = [...(run.retries?.nodes ?? [])].reverse();
  if ((run.attempt ?? 1) === 1 && !run.retryOf && !retries.length) return null;
  return (
    <Fact name="Attempt">
      <strong>{run.attempt ?? 1}</strong>
      {run.retryOf && (
        <>
          <span class="muted">retries</span>
          <RunLink run={run.retryOf} text={`attempt ${run.retryOf.attempt ?? 1}`} />
        </>
      )}
      {retries.length > 0 && (
        <>
          <span class="muted">retried by</span>
          {retries.map(retry => (
            <RunLink key={retry.id} run={retry} text={`attempt ${retry.attempt ?? 1}`} />
          ))}
        </>
      )}
    </Fact>
  );
}

function RunLink({ run, text }: { run: { id: string; status: Run['status'] }; text: string }) {
  return (
    <Link class="run-link" to={paths.run(run.id)} title={statusWord(run.status)}>
      <StatusGlyph status={run.status} size={12} />
      <Recorded text={text} />
      <span class="visually-hidden">, {statusWord(run.status)}</span>
    </Link>
  );
}
