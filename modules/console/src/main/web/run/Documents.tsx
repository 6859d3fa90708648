import { useMemo } from 'preact/hooks';
import { JsonTree } from '../json/JsonTree';
import { Notice } from '../parts/Notice';
import { Tabs } from '../parts/Tabs';
import { formatBytes } from '../text/number';
import { documentNotes, type RecordedDocument, shownText } from './notes';

interface DocumentsProps<T extends string> {
  label: string;
  documents: Record<T, RecordedDocument>;
  selected: T | null;
  onSelect: (tab: T) => void;
  /** Said if the selected document is missing, such as "The run returned nothing." */
  missing: Record<T, string>;
}

/** JSON documents in tabs. Opens the first that is not empty. */
export function Documents<T extends string>({ label, documents, selected, onSelect, missing }: DocumentsProps<T>) {
  const names = Object.keys(documents) as T[];
  const shown = selected ?? names.find(name => documents[name].text !== null) ?? (names[0] as T);
  const document = documents[shown];
  // A live run renders again with each event, and its documents may be large.
  const { text, notes } = useMemo(
    () => ({ text: shownText(document), notes: documentNotes(document) }),
    [document.label, document.text, document.isTruncated, document.isSanitized, document.isRedacted],
  );
  const texts = names.map(name => documents[name].text);
  const sizes = useMemo(() => texts.map(size), texts);
  return (
    <Tabs
      label={label}
      selected={shown}
      onSelect={onSelect}
      tabs={names.map((id, at) => ({ id, label: documents[id].label, note: sizes[at] as string }))}
    >
      {notes.map(note => (
        <Notice key={note} kind="warn">
          {note}
        </Notice>
      ))}
      {text === null ? (
        <p class="run-missing">{missing[shown]}</p>
      ) : (
        <JsonTree key={shown} text={text} label={document.label} />
      )}
    </Tabs>
  );
}

function size(text: string | null): string {
  return text === null ? 'none' : formatBytes(new TextEncoder().encode(text).length);
}
