import { useEffect, useRef } from 'preact/hooks';
import { createStore, type Store } from '../api/store';

export interface KeyBinding {
  /** As in `KeyboardEvent.key`, or two keys pressed one after the other, such as `g r`. */
  readonly key: string;
  /** What it does, for the help dialog. */
  readonly label: string;
  run(): void;
}

export interface KeyScope {
  readonly name: string;
  readonly bindings: readonly KeyBinding[];
}

/** All keys that work at the moment, for the help dialog. A later scope wins. */
export const keyScopes: Store<readonly KeyScope[]> = createStore<readonly KeyScope[]>([]);

const SEQUENCE_MILLIS = 1_000;

/** Binds keys while the component is mounted. They are off in inputs, in dialogs and with modifiers. */
export function useKeys(name: string, bindings: readonly KeyBinding[]): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  const signature = bindings.map(({ key, label }) => `${key} ${label}`).join('\n');
  useEffect(() => {
    const scope: KeyScope = {
      name,
      bindings: bindings.map(({ key, label }) => ({
        key,
        label,
        run: () => latest.current.find(one => one.key === key)?.run(),
      })),
    };
    keyScopes.set([...keyScopes.get(), scope]);
    return () => keyScopes.set(keyScopes.get().filter(one => one !== scope));
  }, [name, signature]);
}

let first = '';
let firstAt = 0;

/** Handles a key for the page. Returns whether it was bound. */
export function pressKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  const target = event.target as Element | null;
  if (target?.closest?.('input, textarea, select, [contenteditable], dialog')) return false;
  // A focused link or button keeps its own Enter and Space.
  const isOwn = (event.key === 'Enter' || event.key === ' ') && target?.closest?.('a, button, summary');
  if (isOwn) return false;
  const sequence = event.timeStamp - firstAt < SEQUENCE_MILLIS && first ? `${first} ${event.key}` : '';
  const bindings = keyScopes
    .get()
    .flatMap(scope => scope.bindings)
    .reverse();
  const binding = bindings.find(({ key }) => key === sequence) ?? bindings.find(({ key }) => key === event.key);
  first = binding ? '' : event.key;
  firstAt = event.timeStamp;
  if (!binding) return false;
  event.preventDefault();
  binding.run();
  return true;
}
