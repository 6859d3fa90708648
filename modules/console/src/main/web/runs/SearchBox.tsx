import { useLayoutEffect, useRef } from 'preact/hooks';
import { navigate, paths } from '../app/navigate';
import { Icon } from '../parts/Icon';
import { useDraft } from '../parts/useDraft';
import { readUuid } from '../text/uuid';
import { SEARCH_MAX } from './query';

const WAIT_MILLIS = 250;

/** Searches while typing. Enter with the ID of a run opens it. */
export function SearchBox({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [draft, setDraft] = useDraft(value, typed => typed.trim());
  const text = draft ?? value;
  const timer = useRef<ReturnType<typeof setTimeout>>();
  // With another value, what was typed and not yet sent is dropped.
  useLayoutEffect(() => () => clearTimeout(timer.current), [value]);

  function send(next: string) {
    clearTimeout(timer.current);
    if (next !== value) onChange(next);
  }

  return (
    <form
      class="runs-search"
      role="search"
      onSubmit={event => {
        event.preventDefault();
        const id = readUuid(text.trim());
        if (id) navigate(paths.run(id));
        else send(text.trim());
      }}
    >
      <Icon name="search" size={14} />
      <input
        type="search"
        class="input"
        aria-label="Search in runs"
        placeholder="Search payload, result, error, labels, ID"
        maxLength={SEARCH_MAX}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={event => {
          const next = event.currentTarget.value;
          setDraft(next);
          clearTimeout(timer.current);
          if (!readUuid(next.trim())) timer.current = setTimeout(() => send(next.trim()), WAIT_MILLIS);
        }}
        onKeyDown={event => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
    </form>
  );
}
