import type { ComponentChildren } from 'preact';
import { type Unknown, unknownWords } from '../app/unknown';
import { Button } from './Button';
import { Chips, RemovableChip } from './Chips';
import { Notice } from './Notice';

interface Props {
  readonly unknown: readonly Unknown[];
  readonly onChange: (unknown: readonly Unknown[]) => void;
  /** What the page does not do because of them. */
  readonly children?: ComponentChildren;
}

/** The parameters of the URL that are not understood, each with a button that removes it. */
export function NotUnderstood({ unknown, onChange, children }: Props) {
  if (unknown.length === 0) return null;
  return (
    <Notice
      kind="warn"
      title="A part of this page’s address is not understood."
      actions={unknown.length > 1 && <Button onClick={() => onChange([])}>Remove all</Button>}
    >
      {children}
      <Chips label="Not understood">
        {unknown.map(one => (
          <RemovableChip
            key={unknownWords(one)}
            text={unknownWords(one)}
            warn
            onRemove={() => onChange(unknown.filter(other => other !== one))}
          />
        ))}
      </Chips>
    </Notice>
  );
}
