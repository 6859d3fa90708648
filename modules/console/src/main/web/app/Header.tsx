import { link } from '../api/live';
import { session } from '../api/server';
import { useStore } from '../api/store';
import { Button } from '../parts/Button';
import { Icon, type IconName } from '../parts/Icon';
import { shortNumber } from '../text/number';
import { useKeys } from './keys';
import { Link, navigate, place } from './navigate';
import { preload } from './pages';
import type { Route } from './routes';
import { runningCount, useRunningCount } from './running-count';
import { focusSearch } from './search-field';
import { ViewerMenu } from './ViewerMenu';

interface Entry {
  name: Route['name'];
  /** Pages below it. */
  also?: Route['name'];
  to: string;
  label: string;
  icon: IconName;
}

const ENTRIES: readonly Entry[] = [
  { name: 'runs', also: 'run', to: '/', label: 'Runs', icon: 'runs' },
  { name: 'workflows', also: 'workflow', to: '/workflows', label: 'Workflows', icon: 'workflows' },
  { name: 'running', to: '/running', label: 'Running now', icon: 'running' },
  { name: 'cleanup', to: '/cleanup', label: 'Clean up', icon: 'cleanup' },
];

export function Header({ route, onHelp }: { route: Route['name'] | undefined; onHelp: () => void }) {
  const viewer = useStore(session);
  const running = useStore(runningCount);
  useRunningCount();
  useKeys('Everywhere', [{ key: '/', label: 'Search', run: openSearch }]);
  const mayCleanUp =
    typeof viewer !== 'object' || viewer.scopes.includes('executions:cleanup') || viewer.scopes.includes('ops');
  return (
    <header class="app-header">
      <Link class="app-mark" to="/">
        <Mark />
        Runlog
      </Link>
      <nav class="app-nav" aria-label="Pages">
        {ENTRIES.map(({ name, also, to, label, icon }) => {
          const unavailable = name === 'cleanup' && !mayCleanUp;
          return (
            <Link
              key={name}
              to={to}
              aria-current={route === name ? 'page' : route !== undefined && route === also ? 'true' : undefined}
              {...(unavailable ? { 'aria-disabled': true, title: 'Needs the scope executions:cleanup' } : {})}
              onPointerEnter={() => preload(name)}
              onFocus={() => preload(name)}
            >
              <Icon name={icon} size={18} />
              {label}
              {name === 'running' && running !== null && running > 0 && (
                <span class="count">{shortNumber(running)}</span>
              )}
            </Link>
          );
        })}
      </nav>
      <div class="app-tools">
        <Button kind="quiet" icon="search" label="Search runs (/)" onClick={openSearch} />
        <ConnectionDot />
        <ViewerMenu onHelp={onHelp} />
      </div>
    </header>
  );
}

/** The same as icon.svg, in the colours of the theme. */
function Mark() {
  return (
    <svg class="mark" width="20" height="20" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="6" />
      <path d="M8 9h10M8 16h16M8 23h7" />
      <circle cx="23" cy="23" r="3" />
    </svg>
  );
}

function openSearch() {
  if (focusSearch()) return;
  if (place.get().path !== '/') navigate('/');
  requestAnimationFrame(() => requestAnimationFrame(focusSearch));
}

const WORDS = { idle: '', live: 'Live', connecting: 'Connecting', offline: 'Offline' };

function ConnectionDot() {
  const { state } = useStore(link);
  if (state === 'idle') return <span class="app-dot is-idle" />;
  return <span class={`app-dot is-${state}`} role="img" aria-label={WORDS[state]} title={WORDS[state]} />;
}
