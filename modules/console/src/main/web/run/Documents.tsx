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
  const text = shownText(document);
  return (
    <Tabs
      label={label}
      selected={shown}
      onSelect={onSelect}
      tabs={names.map(id => ({ id, label: documents[id].label, note: size(documents[id]) }))}
    >
      {documentNotes(document).map(note => (
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

function size({ text }: RecordedDocument): string {
  return text === null ? 'none' : formatBytes(new TextEncoder().encode(text).length);
}
