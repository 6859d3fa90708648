import { type Page, ROUTES, type Route } from './routes';

const loaded = new Map<Route, Page>();

export function findRoute(path: string): { route: Route; id: string } | null {
  const below = path.replace(/^\/|\/$/g, '');
  for (const route of ROUTES) {
    const match = route.path.exec(below);
    if (match) return { route, id: decode(match[1] ?? '') };
  }
  return null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The page if its script is here. */
export function loadedPage(route: Route): Page | undefined {
  return 'now' in route.page ? route.page.now : loaded.get(route);
}

export async function loadPage(route: Route): Promise<Page> {
  if ('now' in route.page) return route.page.now;
  const page = await route.page.load();
  loaded.set(route, page);
  return page;
}

/** Loads the script of a page before it is opened. A failure shows when it is. */
export function preload(name: Route['name']): void {
  const route = ROUTES.find(one => one.name === name);
  if (route && !loadedPage(route)) loadPage(route).catch(() => {});
}

/** A browser that waits for the first answer is idle, too, but will soon be busy with showing it. */
const PRELOAD_MILLIS = 2_000;

/** Loads the scripts of all pages some time after the first one was shown. */
export function preloadLater(): void {
  setTimeout(() => {
    for (const { name } of ROUTES) preload(name);
  }, PRELOAD_MILLIS);
}
