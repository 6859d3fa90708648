import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { JsonTree } from '../json/JsonTree';
import { Button } from '../parts/Button';
import { Copy } from '../parts/Copy';
import { Notice } from '../parts/Notice';
import { visible } from '../text/visible';
import { cutNote, type RecordedDocument, shownText } from './notes';
import { StackTrace } from './StackTrace';

export interface RecordedError {
  readonly type: string | null;
  readonly message: string | null;
  readonly stackTrace: string | null;
}

interface ErrorPanelProps {
  error: RecordedError;
  details: RecordedDocument;
  truncated: readonly string[] | null;
  /** Shown between the message and the stack trace. */
  children?: ComponentChildren;
}

const MESSAGE_LINES = 12;
const MESSAGE_CHARACTERS = 2_000;

/** An error: what went wrong first, then where. */
export function ErrorPanel({ error, details, truncated, children }: ErrorPanelProps) {
  const cut = cutNote(truncated, ['ERROR_TYPE', 'ERROR_MESSAGE', 'STACK_TRACE']);
  const detailsText = shownText(details);
  return (
    <div class="error-panel">
      <Message error={error} />
      {children}
      {cut && <Notice kind="warn">{cut}</Notice>}
      {error.stackTrace && <StackTrace text={error.stackTrace} />}
      {detailsText !== null && (
        <details class="error-details">
          <summary>Details</summary>
          {details.isTruncated && <Notice kind="warn">Only the beginning was recorded.</Notice>}
          <JsonTree text={detailsText} label="Error details" />
        </details>
      )}
    </div>
  );
}

function Message({ error: { type, message } }: { error: RecordedError }) {
  const [whole, setWhole] = useState(false);
  const text = message ?? 'No message was recorded.';
  const beginning = text.slice(0, MESSAGE_CHARACTERS).split('\n').slice(0, MESSAGE_LINES).join('\n');
  const isLong = beginning.length < text.length;
  return (
    <div class="error-message">
      <div class="error-type">
        {type && <code>{visible(type)}</code>}
        <Copy text={[type, message].filter(Boolean).join(': ')} label="Copy the message" />
      </div>
      <pre>{visible(whole ? text : beginning)}</pre>
      {isLong && (
        <Button kind="quiet" onClick={() => setWhole(!whole)}>
          {whole ? 'Show less' : 'Show the whole message'}
        </Button>
      )}
    </div>
  );
}
