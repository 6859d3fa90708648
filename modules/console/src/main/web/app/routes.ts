import type { ComponentType } from 'preact';
import { RunsPage } from '../runs/RunsPage';

/** A page. `id` is empty where the path has none. */
export type Page = ComponentType<{ id: string }>;

export interface Route {
  readonly name: 'runs' | 'run' | 'workflows' | 'workflow' | 'running' | 'cleanup';
  readonly title: string;
  /** Matches the path below /ui/; its first group is the ID. */
  readonly path: RegExp;
  /** The page itself if it is in the first script, otherwise a function that loads it. */
  readonly page: { now: Page } | { load: () => Promise<Page> };
}

/** Later pages (logs, API keys) are added here and in the header. */
export const ROUTES: readonly Route[] = [
  { name: 'runs', title: 'Runs', path: /^$/, page: { now: RunsPage } },
  {
    name: 'run',
    title: 'Run',
    path: /^executions\/([^/]+)$/,
    page: { load: async () => (await import('../run/RunPage')).RunPage },
  },
  {
    name: 'workflows',
    title: 'Workflows',
    path: /^workflows$/,
    page: { load: async () => (await import('../workflows/WorkflowsPage')).WorkflowsPage },
  },
  {
    name: 'workflow',
    title: 'Workflow',
    path: /^workflows\/([^/]+)$/,
    page: { load: async () => (await import('../workflows/WorkflowPage')).WorkflowPage },
  },
  {
    name: 'running',
    title: 'Running now',
    path: /^running$/,
    page: { load: async () => (await import('../running/RunningPage')).RunningPage },
  },
  {
    name: 'cleanup',
    title: 'Clean up',
    path: /^cleanup$/,
    page: { load: async () => (await import('../cleanup/CleanupPage')).CleanupPage },
  },
];
