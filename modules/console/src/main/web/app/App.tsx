import { useEffect, useRef, useState } from 'preact/hooks';
import { link } from '../api/live';
import { loadSession, session } from '../api/server';
import { useStore } from '../api/store';
import { Notice } from '../parts/Notice';
import './app.css';
import { Connection } from './Connection';
import { Header } from './Header';
import { Help } from './Help';
import { pressKey, useKeys } from './keys';
import { Link, navigate, paths, place } from './navigate';
import { findRoute, loadedPage, loadPage, preloadWhenIdle } from './pages';
import type { Page, Route } from './routes';
import { neighbour, runListVisit } from './run-list';
import { SessionEnd } from './SessionEnd';
import { SignIn } from './SignIn';
import { Toasts } from './Toasts';
import { toggleTheme } from './theme-switch';
import { toast } from './toast';

export function App() {
  const [help, setHelp] = useState(false);
  const current = useStore(session);
  const { path } = useStore(place);
  const subject = useSubject();

  useEffect(() => {
    void loadSession();
    preloadWhenIdle();
    addEventListener('keydown', pressKey);
    return () => removeEventListener('keydown', pressKey);
  }, []);
  useEffect(
    () =>
      link.subscribe(({ state }) => {
        // The first answer may have failed with the connection.
        if (state === 'live' && session.get() === 'unknown') void loadSession();
      }),
    [],
  );

  useKeys('Everywhere', [
    { key: '?', label: 'Show the keys', run: () => setHelp(true) },
    { key: 'g r', label: 'Go to Runs', run: () => navigate('/') },
    { key: 'g w', label: 'Go to Workflows', run: () => navigate('/workflows') },
    { key: 'g n', label: 'Go to Running now', run: () => navigate('/running') },
    { key: 'g c', label: 'Go to Clean up', run: () => navigate('/cleanup') },
    { key: 't', label: 'Switch between light and dark', run: toggleTheme },
  ]);

  const match = findRoute(path);
  useNeighbourKeys(match?.route.name === 'run' ? match.id : null);
  return (
    <>
      <a class="skip-link" href="#content">
        Skip to content
      </a>
      <Header route={match?.route.name} onHelp={() => setHelp(true)} />
      <SessionEnd />
      <Connection />
      <main id="content" class="app-content" tabIndex={-1}>
        {match ? (
          <Content key={`${match.route.name} ${match.id} ${subject}`} route={match.route} id={match.id} />
        ) : (
          <NotFound />
        )}
      </main>
      <Toasts />
      {help && <Help onClose={() => setHelp(false)} />}
      {current === 'signed-out' && <SignIn />}
    </>
  );
}

/** `[` and `]` lead to the neighbours of a run in the list from which it was opened. */
function useNeighbourKeys(id: string | null) {
  const go = (distance: 1 | -1) => {
    const to = id && neighbour(id, distance);
    if (to) navigate(paths.run(to), 'replace');
    else toast(distance === 1 ? 'This is the last run of the list.' : 'This is the first run of the list.');
  };
  const hasList = useStore(runListVisit) !== null;
  useKeys(
    'Run',
    id && hasList
      ? [
          { key: '[', label: 'Previous run of the list', run: () => go(-1) },
          { key: ']', label: 'Next run of the list', run: () => go(1) },
        ]
      : [],
  );
}

/** Counts the subjects that were signed in one after the other: for another one, pages start again. */
function useSubject(): number {
  const current = useStore(session);
  const known = useRef({ subject: '', count: 0 });
  if (typeof current === 'object' && current.subject !== known.current.subject) {
    const isFirst = known.current.subject === '';
    known.current = { subject: current.subject, count: known.current.count + (isFirst ? 0 : 1) };
  }
  return known.current.count;
}

function Content({ route, id }: { route: Route; id: string }) {
  const [page, setPage] = useState<{ of: Page } | null>(() => {
    const of = loadedPage(route);
    return of ? { of } : null;
  });
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    document.title = `${route.title} · Runlog`;
    if (page) return;
    loadPage(route).then(
      of => setPage({ of }),
      () => setFailed(true),
    );
  }, [route]);

  if (failed) {
    return (
      <Notice
        kind="empty"
        title="This page could not be loaded."
        actions={
          <a class="button button-plain" href={location.href}>
            Load again
          </a>
        }
      >
        The server cannot be reached, or it was updated.
      </Notice>
    );
  }
  return page && <page.of id={id} />;
}

function NotFound() {
  return (
    <Notice
      kind="empty"
      title="There is no page here."
      actions={
        <Link class="button button-plain" to="/">
          Show the runs
        </Link>
      }
    />
  );
}
