import type { QueryCodec } from '../app/navigate';

export type DocumentTab = 'payload' | 'result';
export type StepTab = 'input' | 'output';

/** What the URL of a run says, besides its ID. */
export interface RunView {
  /** Index of the chosen step; null chooses the one that failed. */
  readonly step: number | 'none' | null;
  readonly tab: DocumentTab | null;
  readonly stepTab: StepTab | null;
  /** Visible part of the timeline, as `writeZoom` writes it. */
  readonly zoom: string | null;
}

export const RUN_VIEW: QueryCodec<RunView> = {
  read(query) {
    const step = query.get('step') ?? '';
    return {
      step: /^\d{1,4}$/.test(step) ? Number(step) : oneOf(step, 'none'),
      tab: oneOf(query.get('tab'), 'payload', 'result'),
      stepTab: oneOf(query.get('stepTab'), 'input', 'output'),
      zoom: query.get('zoom'),
    };
  },
  write({ step, tab, stepTab, zoom }, query) {
    for (const [name, value] of Object.entries({ step, tab, stepTab, zoom })) {
      if (value === null) query.delete(name);
      else query.set(name, String(value));
    }
  },
};

function oneOf<T extends string>(text: string | null, ...choices: T[]): T | null {
  return choices.find(choice => choice === text) ?? null;
}
