import { useEffect, useState } from 'preact/hooks';
import type { RunRow } from '#operations';
import { follow } from '../api/live';
import { operation } from '../api/operation';
import { base, can, session } from '../api/server';
import { useStore } from '../api/store';
import { Link, paths } from '../app/navigate';
import runRow from '../fragments/RunRow.graphql';
import { Button } from '../parts/Button';
import { Copy } from '../parts/Copy';
import { Duration } from '../parts/Duration';
import { Recorded } from '../parts/Recorded';
import { Status } from '../parts/Status';
import { Tabs } from '../parts/Tabs';
import { quoted } from '../text/command';
import './first-run.css';
import firstRunLive from './FirstRunLive.graphql';

const FIRST_RUN_LIVE = operation('FirstRunLive', firstRunLive, runRow);

type Way = 'command' | 'http';

/** How to record a run, and below it the run when it is there. */
export function FirstRun({ onDone }: { onDone: () => void }) {
  const [way, setWay] = useState<Way>('command');
  const viewer = useStore(session);
  const run = useFirstRun();
  const subject = typeof viewer === 'object' ? viewer.subject : '';
  return (
    <div class="page first-run">
      <div>
        <h1>Record your first run</h1>
        <p class="secondary">
          Runlog shows what your workflows did, are doing, and why they failed. Nothing is recorded yet.
        </p>
      </div>
      {can('executions:write') ? (
        <section>
          <Tabs
            label="Ways to record a run"
            tabs={[
              { id: 'command', label: 'Command line' },
              { id: 'http', label: 'HTTP' },
            ]}
            selected={way}
            onSelect={setWay}
          >
            <ol class="first-run-steps">
              {commands(way, subject).map(({ title, text }) => (
                <li key={title}>
                  <p>{title}</p>
                  <div class="first-run-command">
                    <pre>
                      <code>{text}</code>
                    </pre>
                    <Copy text={text} label="Copy the command" />
                  </div>
                </li>
              ))}
            </ol>
          </Tabs>
        </section>
      ) : (
        <p>
          To record runs, a token needs the scope <code>executions:write</code>, which yours does not have. An operator
          of this server can make one.
        </p>
      )}
      <section class="first-run-result" aria-live="polite">
        {run ? (
          <>
            <p>
              <Status status={run.status} large />
            </p>
            <p>
              <Link to={paths.run(run.id)}>
                <Recorded text={run.workflow?.name ?? run.id} />
              </Link>
              {run.startedAt && (
                <span class="first-run-duration">
                  <Duration millis={run.durationMillis} since={run.startedAt} />
                </span>
              )}
            </p>
            <Button kind="primary" onClick={onDone}>
              Show all runs
            </Button>
          </>
        ) : (
          <p class="secondary">Waiting for the first run…</p>
        )}
      </section>
    </div>
  );
}

function commands(way: Way, subject: string): { title: string; text: string }[] {
  const token = {
    title: 'In the directory of Runlog, set the address of this server and a token:',
    text: `export RUNLOG_URL=${location.origin}${base} RUNLOG_TOKEN=$(./runlog token --subject ${quoted(subject)})`,
  };
  if (way === 'command') {
    return [
      token,
      {
        title: 'Run any command. This one waits two seconds:',
        text: "./runlog record --workflow hello -- sh -c 'echo it runs; sleep 2'",
      },
    ];
  }
  const event = JSON.stringify({ event: 'execution', workflow: 'hello', status: 'SUCCESS', result: { it: 'runs' } });
  return [
    token,
    {
      title: 'Send an event:',
      text: `curl -s $RUNLOG_URL/events -H "Authorization: Bearer $RUNLOG_TOKEN" -H 'Content-Type: application/x-ndjson' --data '${event}'`,
    },
  ];
}

/** The first run that is recorded while the page is open, as it is now. */
function useFirstRun(): RunRow | null {
  const [run, setRun] = useState<RunRow | null>(null);
  useEffect(
    () =>
      follow(
        FIRST_RUN_LIVE,
        {},
        {
          events(batch) {
            setRun(before => {
              let now = before;
              for (const { executionChanges } of batch) {
                const { execution } = executionChanges;
                if (execution && (!now || now.id === execution.id)) now = execution;
              }
              return now;
            });
          },
        },
      ),
    [],
  );
  return run;
}
