import { useMemo, useState } from 'preact/hooks';
import { Button } from '../parts/Button';
import { Copy } from '../parts/Copy';
import { plural } from '../text/number';
import { type Block, fold, lines, origin } from '../text/stack';
import { visible } from '../text/visible';

/** A stack trace: own frames stand out, those of libraries are folded. */
export function StackTrace({ text }: { text: string }) {
  const trace = useMemo(() => lines(text), [text]);
  const blocks = useMemo(() => fold(trace), [trace]);
  const first = useMemo(() => origin(trace), [trace]);
  const [open, setOpen] = useState(false);
  const hasFolds = blocks.some(block => block.kind === 'library');
  return (
    <div class="stack">
      <div class="stack-head">
        <h3>Stack trace</h3>
        {hasFolds && (
          <Button kind="quiet" aria-pressed={open} onClick={() => setOpen(!open)}>
            {open ? 'Fold libraries' : 'Show all frames'}
          </Button>
        )}
        <Copy text={text} label="Copy the stack trace" />
      </div>
      {first && (
        <p class="stack-origin">
          <span class="muted">Look here first:</span> <code>{visible(first.replace(/^at /, ''))}</code>
        </p>
      )}
      <div class="stack-lines" role="group" tabIndex={0} aria-label="Stack trace">
        {blocks.map((block, at) => (
          <StackBlock key={at} block={block} open={open} first={first} />
        ))}
      </div>
    </div>
  );
}

function StackBlock({ block, open, first }: { block: Block; open: boolean; first: string | undefined }) {
  if (block.kind !== 'library' || open) {
    return (
      <pre class={`stack-${block.kind}`}>
        {block.lines.map((line, at) => (
          <span key={at} class={first !== undefined && line.trim() === first ? 'is-first' : ''}>
            {visible(line)}
            {'\n'}
          </span>
        ))}
      </pre>
    );
  }
  return (
    <details class="stack-fold">
      <summary>
        {block.frames ? `${plural(block.frames, 'frame')} of libraries` : plural(block.lines.length, 'line')}
      </summary>
      <pre class="stack-library">{visible(block.lines.join('\n'))}</pre>
    </details>
  );
}
