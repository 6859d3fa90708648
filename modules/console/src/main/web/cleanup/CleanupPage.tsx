import { session } from '../api/server';
import { useStore } from '../api/store';
import { useQuery } from '../app/navigate';
import { NeedsScope } from '../parts/Notice';
import { NotUnderstood } from '../parts/NotUnderstood';
import { Tabs } from '../parts/Tabs';
import { CleanNow } from './CleanNow';
import { CODEC, DEFAULTS, mayCleanUp } from './criteria';
import { Holds } from './Holds';
import { Ledger } from './Ledger';
import { Policies } from './Policies';
import './cleanup.css';

const TABS = [
  { id: 'now', label: 'Delete now' },
  { id: 'policies', label: 'Policies' },
  { id: 'held', label: 'Held runs' },
  { id: 'past', label: 'Past cleanups' },
] as const;

export function CleanupPage() {
  const viewer = useStore(session);
  const [query, setQuery] = useQuery(CODEC);
  if (!mayCleanUp(viewer)) return <Unavailable />;
  return (
    <div class="page cleanup">
      <h1>Clean up</h1>
      <NotUnderstood unknown={query.unknown} onChange={unknown => setQuery({ unknown })}>
        Nothing is counted or deleted until it is removed.
      </NotUnderstood>
      <div>
        <Tabs label="Clean up" tabs={TABS} selected={query.tab} onSelect={tab => setQuery({ ...DEFAULTS, tab })}>
          {query.tab === 'now' && <CleanNow query={query} setQuery={setQuery} />}
          {query.tab === 'policies' && <Policies key={query.workflow} workflow={query.workflow} />}
          {query.tab === 'held' && <Holds />}
          {query.tab === 'past' && <Ledger open={query.cleanup} onOpen={cleanup => setQuery({ cleanup })} />}
        </Tabs>
      </div>
    </div>
  );
}

function Unavailable() {
  return (
    <div class="page cleanup">
      <h1>Clean up</h1>
      <NeedsScope scope="executions:cleanup" what="Clean up" kind="empty" />
    </div>
  );
}
