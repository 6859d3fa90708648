import type { QueryCodec } from '../app/navigate';
import { clear, keepUnknown, ParameterReader, type Unknown } from '../app/unknown';
import { readZoom } from '../timeline/view';

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
  readonly unknown: readonly Unknown[];
}

const NAMES: readonly string[] = ['step', 'tab', 'stepTab', 'zoom'];

export const RUN_VIEW: QueryCodec<RunView> = {
  read(query) {
    const reader = new ParameterReader(query, NAMES);
    return {
      step: reader.one('step', text => (/^\d{1,9}$/.test(text) ? Number(text) : oneOf(text, 'none'))),
      tab: reader.one('tab', text => oneOf(text, 'payload', 'result')),
      stepTab: reader.one('stepTab', text => oneOf(text, 'input', 'output')),
      zoom: reader.one('zoom', text => (readZoom(text, 0) ? text : null)),
      unknown: reader.unknown(),
    };
  },
  write({ unknown, ...view }, query) {
    clear(query);
    for (const [name, value] of Object.entries(view)) if (value !== null) query.set(name, String(value));
    keepUnknown(query, NAMES, unknown);
  },
};

function oneOf<T extends string>(text: string, ...choices: T[]): T | null {
  return choices.find(choice => choice === text) ?? null;
}
