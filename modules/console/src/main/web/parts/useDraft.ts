import { useState } from 'preact/hooks';

/**
 * The text that is typed into a field whose value is kept elsewhere, such as in the URL; null while the field shows its
 * value. The draft is dropped when the value changes to something that the draft does not mean, as it does on Back: a
 * field must not show what is not used.
 */
export function useDraft<V>(
  value: V,
  read: (draft: string) => V | undefined,
): [draft: string | null, setDraft: (draft: string | null) => void] {
  const [state, setState] = useState<{ draft: string | null; value: V }>({ draft: null, value });
  let { draft } = state;
  if (!isSame(state.value, value)) {
    if (draft !== null && !isSame(read(draft), value)) draft = null;
    setState({ draft, value });
  }
  return [draft, next => setState({ draft: next, value })];
}

/** Compares values that may be read from the URL again and again. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
