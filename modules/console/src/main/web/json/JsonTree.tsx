import { useEffect, useId, useMemo, useState } from 'preact/hooks';
import { Button } from '../parts/Button';
import { Copy } from '../parts/Copy';
import { formatNumber } from '../text/number';
import { visible } from '../text/visible';
import { useVisible } from '../timeline/useVisible';
import { type Document, type Node, scan, unquote } from './scan';
import { isContainer, openUpTo, path, type Row, reveal, rows, search } from './tree';
import './json.css';

const ROW_HEIGHT = 22;
const LINES_OPEN_AT_FIRST = 120;
const LINES_OPEN_BY_KEY = 10_000;
/** A longer value continues under the tree when its line is chosen. */
const VALUE_CHARACTERS = 200;

/** JSON as a tree of lines with search, copy and raw text. Text that is not JSON is shown as it is. */
export function JsonTree({ text, label }: { text: string; label: string }) {
  const document = useMemo(() => read(text), [text]);
  const [raw, setRaw] = useState(false);
  if (!document) return <RawText text={text} label={label} />;
  return (
    <div class="json">
      {isContainer(document.nodes[0] as Node) ? (
        <Tree key={text} document={document} label={label} raw={raw} onRaw={setRaw} />
      ) : (
        <>
          <div class="json-tools">
            <Copy text={() => text} label="Copy" />
          </div>
          <Scalar document={document} at={0} />
        </>
      )}
    </div>
  );
}

function read(text: string): Document | null {
  try {
    const document = scan(text);
    return document.nodes.length ? document : null;
  } catch {
    return null;
  }
}

function RawText({ text, label }: { text: string; label: string }) {
  return (
    <div class="json-raw" role="group" tabIndex={0} aria-label={`${label} as text`}>
      <pre>{text}</pre>
    </div>
  );
}

interface TreeProps {
  document: Document;
  label: string;
  raw: boolean;
  onRaw: (raw: boolean) => void;
}

function Tree({ document, label, raw, onRaw }: TreeProps) {
  const [open, setOpen] = useState<ReadonlySet<number>>(() => openUpTo(document, LINES_OPEN_AT_FIRST));
  const [current, setCurrent] = useState(0);
  const [needle, setNeedle] = useState('');
  const found = useMemo(() => search(document, needle), [document, needle]);
  const foundSet = useMemo(() => new Set(found), [found]);
  const lines = useMemo(() => rows(document, open), [document, open]);

  function toggle(at: number, wanted = !open.has(at)) {
    if (!document.nodes[at]?.size || wanted === open.has(at)) return;
    const next = new Set(open);
    wanted ? next.add(at) : next.delete(at);
    setOpen(next);
    if (!wanted && current > at && current < (document.nodes[at] as Node).next) setCurrent(at);
  }
  function goToMatch(step: number) {
    if (!found.length) return;
    const position = found.indexOf(current);
    const next = found[position < 0 ? nearest(found, current, step) : (position + step + found.length) % found.length];
    if (next === undefined) return;
    setOpen(reveal(document, open, next));
    setCurrent(next);
  }
  function onNeedle(value: string) {
    setNeedle(value);
    const [match] = search(document, value);
    if (match === undefined) return;
    setOpen(reveal(document, open, match));
    setCurrent(match);
  }

  const position = found.indexOf(current);
  return (
    <>
      <div class="json-tools">
        {!raw && (
          <span class="json-search">
            <input
              class="input"
              type="search"
              placeholder="Find a key or value"
              aria-label={`Find in ${label}`}
              value={needle}
              onInput={event => onNeedle(event.currentTarget.value)}
              onKeyDown={event => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                goToMatch(event.shiftKey ? -1 : 1);
              }}
            />
            <span class="json-count" role="status">
              {needle && (found.length ? `${position < 0 ? 0 : position + 1} of ${found.length}` : 'No match')}
            </span>
          </span>
        )}
        <Button aria-pressed={raw} onClick={() => onRaw(!raw)}>
          Raw
        </Button>
        <Copy text={() => document.text} label={`Copy ${label.toLowerCase()}`} />
      </div>
      {raw ? (
        <RawText text={document.text} label={label} />
      ) : (
        <>
          <Lines
            document={document}
            label={label}
            lines={lines}
            open={open}
            current={current}
            match={at => (foundSet.has(at) ? needle : '')}
            onCurrent={setCurrent}
            onToggle={toggle}
            onOpenAll={() => setOpen(openUpTo(document, LINES_OPEN_BY_KEY))}
          />
          <Chosen document={document} at={current} />
        </>
      )}
    </>
  );
}

interface LinesProps {
  document: Document;
  label: string;
  lines: readonly Row[];
  open: ReadonlySet<number>;
  current: number;
  /** The text to mark in a node. */
  match: (at: number) => string;
  onCurrent: (at: number) => void;
  onToggle: (at: number, wanted?: boolean) => void;
  onOpenAll: () => void;
}

/** The scrolling lines. After the raw text they are mounted again, and scroll to the chosen line. */
function Lines({ document, label, lines, open, current, match, onCurrent, onToggle, onOpenAll }: LinesProps) {
  const line = lines.findIndex(row => row.at === current);
  const { ref, first, last, onScroll, reveal: scrollTo } = useVisible<HTMLDivElement>(lines.length, ROW_HEIGHT);
  const id = useId();

  // After the lines changed: the chosen one may be new, or out of sight.
  useEffect(() => {
    if (line > 0) scrollTo(line);
  }, [current, line]);

  function go(to: number) {
    const row = lines[Math.max(0, Math.min(lines.length - 1, to))];
    if (row) onCurrent(row.at);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const node = document.nodes[current] as Node;
    const page = Math.max(1, last - first - 16);
    const actions: Record<string, () => void> = {
      ArrowDown: () => go(line + 1),
      ArrowUp: () => go(line - 1),
      PageDown: () => go(line + page),
      PageUp: () => go(line - page),
      Home: () => go(0),
      End: () => go(lines.length - 1),
      ArrowRight: () =>
        node.size && !open.has(current) ? onToggle(current, true) : node.size && onCurrent(current + 1),
      ArrowLeft: () =>
        node.size && open.has(current) ? onToggle(current, false) : node.parent >= 0 && onCurrent(node.parent),
      Enter: () => onToggle(current),
      ' ': () => onToggle(current),
      '*': onOpenAll,
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  return (
    <div
      ref={ref}
      class="json-tree"
      role="tree"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={line >= first && line < last ? `${id}-${current}` : undefined}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div role="none" style={{ height: `${(lines.length + (document.cut ? 1 : 0)) * ROW_HEIGHT}px` }}>
        {lines.slice(first, last).map((row, offset) => (
          <Line
            key={row.at}
            id={`${id}-${row.at}`}
            document={document}
            row={row}
            top={(first + offset) * ROW_HEIGHT}
            open={open.has(row.at)}
            current={row.at === current}
            match={match(row.at)}
            onChoose={() => {
              onCurrent(row.at);
              onToggle(row.at);
            }}
          />
        ))}
      </div>
      {document.cut && <div class="json-cut">Cut here. The rest was not recorded.</div>}
    </div>
  );
}

/** The match after (or before) a node that is not a match itself. */
function nearest(found: readonly number[], current: number, step: number): number {
  const after = found.findIndex(at => at > current);
  if (step > 0) return Math.max(after, 0);
  return ((after < 0 ? found.length : after) - 1 + found.length) % found.length;
}

interface LineProps {
  id: string;
  document: Document;
  row: Row;
  top: number;
  open: boolean;
  current: boolean;
  match: string;
  onChoose: () => void;
}

function Line({ id, document, row, top, open, current, match, onChoose }: LineProps) {
  const node = document.nodes[row.at] as Node;
  const parent = document.nodes[node.parent];
  const isOpenable = node.size > 0;
  const key = node.keyStart < 0 ? undefined : unquote(document.text.slice(node.keyStart, node.keyEnd));
  return (
    <div
      id={id}
      class={`json-line${current ? ' is-current' : ''}`}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-posinset={node.position + 1}
      aria-setsize={parent?.size ?? 1}
      aria-selected={current}
      aria-expanded={isOpenable ? open : undefined}
      style={{ top: `${top}px`, paddingInlineStart: `${8 + Math.min(row.depth, 24) * 16}px` }}
      onClick={onChoose}
    >
      <span class={`json-twist${isOpenable ? (open ? ' is-open' : ' is-closed') : ''}`} aria-hidden="true" />
      {key !== undefined && (
        <span class="json-key">
          <Marked text={oneLine(key)} match={match} />
        </span>
      )}
      {key === undefined && parent && <span class="json-position">{node.position}</span>}
      <Value document={document} at={row.at} match={match} />
    </div>
  );
}

function Value({ document, at, match }: { document: Document; at: number; match: string }) {
  const node = document.nodes[at] as Node;
  if (isContainer(node)) {
    const noun = node.kind === 'object' ? 'key' : 'item';
    return (
      <span class="json-size">
        {node.kind === 'object' ? '{ ' : '[ '}
        {node.size === 1 ? `1 ${noun}` : `${formatNumber(node.size)} ${noun}s`}
        {node.kind === 'object' ? ' }' : ' ]'}
      </span>
    );
  }
  const source = document.text.slice(node.start, Math.min(node.end, node.start + 4 * VALUE_CHARACTERS));
  const whole = node.kind === 'string' ? unquote(source) : source;
  const isLong = whole.length > VALUE_CHARACTERS || node.end - node.start > source.length;
  const shown = isLong ? whole.slice(0, VALUE_CHARACTERS) : whole;
  return (
    <span class={`json-value json-${node.kind}`}>
      {node.kind === 'string' && '"'}
      {shown.includes('[redacted]') ? (
        <Redacted text={oneLine(shown)} />
      ) : (
        <Marked text={oneLine(shown)} match={match} />
      )}
      {isLong ? (
        <span class="json-size">… {formatNumber(node.end - node.start)} characters</span>
      ) : (
        node.kind === 'string' && '"'
      )}
    </span>
  );
}

function Redacted({ text }: { text: string }) {
  return (
    <>
      {text.split('[redacted]').map((part, at) => (
        <>
          {at > 0 && (
            <span class="json-redacted" title="A secret was here. It was replaced before it was stored.">
              [redacted]
            </span>
          )}
          {part}
        </>
      ))}
    </>
  );
}

function Marked({ text, match }: { text: string; match: string }) {
  const at = match ? text.toLowerCase().indexOf(match.toLowerCase()) : -1;
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + match.length)}</mark>
      {text.slice(at + match.length)}
    </>
  );
}

/** The text on one line, with control characters as JSON writes them. */
function oneLine(text: string): string {
  const escaped = text.replace(/[\u0000-\u001f]/g, character => JSON.stringify(character).slice(1, -1));
  return visible(escaped);
}

/** The path of the chosen line, and its text if that has more than one line or is too long for the tree. */
function Chosen({ document, at }: { document: Document; at: number }) {
  const node = document.nodes[at] as Node;
  const where = path(document, at);
  const isText = node.kind === 'string';
  const isLong = isText && (node.end - node.start > 80 || document.text.slice(node.start, node.end).includes('\\n'));
  return (
    <div class="json-chosen">
      <div class="json-chosen-line">
        {at > 0 && (
          <>
            <code class="json-path">{where}</code>
            <Copy text={() => where} label="Copy the path">
              Path
            </Copy>
            <Copy text={() => valueText(document, at)} label="Copy the value">
              Value
            </Copy>
          </>
        )}
      </div>
      {isLong && <Scalar document={document} at={at} />}
    </div>
  );
}

function Scalar({ document, at }: { document: Document; at: number }) {
  return (
    <div class="json-raw" role="group" tabIndex={0} aria-label="Value">
      <pre>{valueText(document, at)}</pre>
    </div>
  );
}

function valueText(document: Document, at: number): string {
  const node = document.nodes[at] as Node;
  const source = document.text.slice(node.start, node.end);
  return node.kind === 'string' ? unquote(source) : source;
}
