import type { ComponentChildren, JSX } from 'preact';
import { useCallback, useMemo } from 'preact/hooks';
import { base } from '../api/server';
import { createStore, type Store, useStore } from '../api/store';
import { localZone, zone } from './clock';

/** Where the person is: a path below `/ui`, such as `/workflows`, and the query. */
export interface Place {
  readonly path: string;
  readonly query: string;
}

/** Reads the query and writes it back. What it does not understand stays as it is. */
export interface QueryCodec<T> {
  read(query: URLSearchParams): T;
  /** Sets or deletes the parameters of its page; those that belong to no page stay. */
  write(value: T, query: URLSearchParams): void;
}

export type How = 'push' | 'replace';

const ROOT = `${base}/ui`;

export const place: Store<Place> = createStore<Place>(toPlace(location));

addEventListener('popstate', () => {
  unwritten = null;
  place.set(toPlace(location));
});
addEventListener('pagehide', () => writeNow());

function toPlace({ pathname, search }: { pathname: string; search: string }): Place {
  const path = pathname.startsWith(ROOT) ? pathname.slice(ROOT.length) : pathname;
  return { path: path || '/', query: search.replace(/^\?/, '') };
}

/** Address of a place, such as `/workflows?q=import`, for `href`. It names the time zone unless that is the browser's. */
export function href(to: string): string {
  return ROOT + withZone(to);
}

function withZone(to: string): string {
  const [path, query = ''] = to.split('?', 2) as [string, string?];
  const params = new URLSearchParams(query);
  if (zone.get() === localZone || params.has('tz')) return to;
  params.set('tz', zone.get());
  return `${path}?${readable(params)}`;
}

let runsQuery = '';
function rememberRuns({ path, query }: Place) {
  if (path === '/') runsQuery = query;
}
rememberRuns(place.get());
place.subscribe(rememberRuns);

/** The list of runs as it was last on the screen, with its filters and position. */
export function lastRuns(): string {
  return paths.runs(runsQuery);
}

/** The address of what is on the screen, to share it. */
export function currentAddress(): string {
  writeNow();
  return location.href;
}

export const paths = {
  runs: (query = '') => `/${query && `?${query}`}`,
  run: (id: string, query = '') => `/executions/${id}${query && `?${query}`}`,
  workflows: () => '/workflows',
  workflow: (id: string) => `/workflows/${id}`,
  running: () => '/running',
  cleanup: (query = '') => `/cleanup${query && `?${query}`}`,
};

export function navigate(to: string, how: How = 'push'): void {
  const before = place.get();
  const url = new URL(href(to), location.href);
  const next = toPlace(url);
  const isSame = next.path === before.path && next.query === before.query;
  if (how === 'push' && !isSame) {
    writeNow();
    history.pushState(null, '', url);
  } else {
    writeSoon(url);
  }
  if (isSame) return;
  place.set(next);
  if (next.path !== before.path) scrollTo(0, 0);
}

/** Browsers ignore or refuse more than a hundred changes of the address in thirty seconds, as a held key causes. */
const WRITE_MILLIS = 350;
let unwritten: URL | null = null;
let wroteAt = 0;
let writing: ReturnType<typeof setTimeout> | undefined;

/** Replaces the address at once, or with the last of the changes that follow quickly. */
function writeSoon(url: URL) {
  unwritten = url;
  const wait = wroteAt + WRITE_MILLIS - Date.now();
  if (wait <= 0) writeNow();
  else writing ??= setTimeout(writeNow, wait);
}

function writeNow() {
  clearTimeout(writing);
  writing = undefined;
  if (!unwritten) return;
  history.replaceState(null, '', unwritten);
  unwritten = null;
  wroteAt = Date.now();
}

/** The state that is in the URL. The setter keeps what it does not change; typing replaces, choosing pushes. */
export function useQuery<T>(codec: QueryCodec<T>): [T, (next: Partial<T>, how?: How) => void] {
  const { query } = useStore(place);
  const value = useMemo(() => codec.read(new URLSearchParams(query)), [codec, query]);
  const change = useCallback(
    (next: Partial<T>, how: How = 'push') => {
      const { path, query: current } = place.get();
      const params = new URLSearchParams(current);
      codec.write({ ...codec.read(params), ...next }, params);
      const text = readable(params);
      navigate(path + (text && `?${text}`), how);
    },
    [codec],
  );
  return [value, change];
}

/** The query as text, without escaping what need not be escaped, since people read and share it. */
export function readable(params: URLSearchParams): string {
  return params.toString().replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%2F', '/');
}

interface LinkProps extends Omit<JSX.IntrinsicElements['a'], 'href'> {
  /** A path below `/ui` with its query. */
  to: string;
  children?: ComponentChildren;
}

/** A real link, so that a middle click, "copy address" and a screen reader work; a plain click stays in the page. */
export function Link({ to, onClick, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={href(to)}
      onClick={event => {
        onClick?.(event);
        if (event.defaultPrevented || event.button !== 0) return;
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(to);
      }}
    />
  );
}
