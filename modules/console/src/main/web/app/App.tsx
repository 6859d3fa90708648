import { useEffect, useRef, useState } from 'preact/hooks';
import { left, loadSession, session } from '../api/server';
import { useStore } from '../api/store';
import { Notice } from '../parts/Notice';
import './app.css';
import { Connection } from './Connection';
import { Header } from './Header';
import { Help } from './Help';
import { pressKey, useKeys } from './keys';
import { Link, navigate, place } from './navigate';
import { findRoute, loadedPage, loadPage, preloadLater } from './pages';
import type { Page, Route } from './routes';
import { SessionEnd } from './SessionEnd';
import { SignIn } from './SignIn';
import { Toasts } from './Toasts';
import { toggleTheme } from './theme-switch';

export function App() {
  const [help, setHelp] = useState(false);
  const current = useStore(session);
  const { path } = useStore(place);
  const subject = useSubject();
  const hasLeft = useStore(left);

  useEffect(() => {
    void loadSession();
    preloadLater();
    addEventListener('keydown', pressKey);
    return () => removeEventListener('keydown', pressKey);
  }, []);

  useKeys('Everywhere', [
    { key: '?', label: 'Show the keys', run: () => setHelp(true) },
    { key: 'g r', label: 'Go to Runs', run: () => navigate('/') },
    { key: 'g w', label: 'Go to Workflows', run: () => navigate('/workflows') },
    { key: 'g n', label: 'Go to Running now', run: () => navigate('/running') },
    { key: 'g c', label: 'Go to Clean up', run: () => navigate('/cleanup') },
    { key: 't', label: 'Switch between light and dark', run: toggleTheme },
  ]);

  const match = findRoute(path);
  return (
    <>
      <a class="skip-link" href="#content">
        Skip to content
      </a>
      <Header route={match?.route.name} onHelp={() => setHelp(true)} />
      <SessionEnd />
      <Connection />
      <main id="content" class="app-content" tabIndex={-1}>
        {!match && <NotFound />}
        {match && !hasLeft && (
          <Content key={`${match.route.name} ${match.id} ${subject}`} route={match.route} id={match.id} />
        )}
      </main>
      <Toasts />
      {help && <Help onClose={() => setHelp(false)} />}
      {current === 'signed-out' && <SignIn />}
    </>
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
