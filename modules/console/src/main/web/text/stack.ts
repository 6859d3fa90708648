/** A line of a stack trace: of this program, of a library, or anything else, such as a message. */
export interface Line {
  readonly text: string;
  readonly kind: 'own' | 'library' | 'other';
}

/** Lines to show one by one, or library frames to fold into one line. */
export type Block =
  | { readonly lines: readonly string[]; readonly kind: 'own' | 'other' }
  | { readonly lines: readonly string[]; readonly kind: 'library'; readonly frames: number };

const JVM = [
  'java.',
  'javax.',
  'jdk.',
  'sun.',
  'com.sun.',
  'jakarta.',
  'kotlin.',
  'kotlinx.',
  'scala.',
  'groovy.',
  'clojure.',
  'org.springframework.',
  'org.hibernate.',
  'org.apache.',
  'org.jboss.',
  'org.eclipse.',
  'org.postgresql.',
  'org.junit.',
  'org.gradle.',
  'org.slf4j.',
  'ch.qos.logback.',
  'io.vertx.',
  'io.netty.',
  'io.quarkus.',
  'io.micronaut.',
  'io.reactivex.',
  'io.grpc.',
  'reactor.',
  'com.fasterxml.',
  'com.google.common.',
  'com.zaxxer.',
  'okhttp3.',
  'akka.',
  'System.',
  'Microsoft.',
];
/** `at com.acme.Import.run(Import.java:42)`, with the loader and module before it; the same for .NET. */
const JVM_FRAME = /^\s*at (?:[\w.@$-]+\/\/?)*([\w$.<>[\]`]+)\s?\(/;
/** `at run (file:///app/run.mjs:3:7)` and `at node:internal/process:95:5`. */
const V8_FRAME = /^\s*at (?:async )?(?:.* \()?(.+?):\d+:\d+\)?$/;
/** `run@https://host/app.js:3:7`, of Firefox and Safari. */
const GECKO_FRAME = /^[^\s@]*@(\S+?):\d+:\d+$/;
const PYTHON_FRAME = /^\s*(?:\| )?\s*File "(.+)", line \d+/;
/** `at Array.map (<anonymous>)`, of the engine itself. */
const V8_BUILTIN = /^\s*at .*\((<anonymous>|native|index \d+)\)$/;
const JAVASCRIPT_LIBRARY = /^(node:|internal\/|<anonymous>)|[/\\]node_modules[/\\]|^native$/;
const PYTHON_LIBRARY = /[/\\](site|dist)-packages[/\\]|^<frozen |[/\\]lib[/\\]python\d/;

/** The lines of a stack trace of Java, .NET, JavaScript or Python. Of other formats, every line is `other`. */
export function lines(stack: string): Line[] {
  let frame: Line['kind'] = 'other';
  let indent = 0;
  return stack
    .replace(/\s+$/, '')
    .split(/\r?\n/)
    .map(text => {
      const kind = frameKind(text);
      if (kind) {
        frame = kind;
        indent = PYTHON_FRAME.test(text) ? depth(text) : Number.POSITIVE_INFINITY;
        return { text, kind };
      }
      if (/^\s*\.\.\. \d+ (more|common frames omitted)/.test(text)) {
        return { text, kind: 'library' };
      }
      // Python writes the source under its frame, further to the right.
      if (frame !== 'other' && text.trim() && depth(text) > indent) {
        return { text, kind: frame };
      }
      frame = 'other';
      return { text, kind: 'other' };
    });
}

function frameKind(text: string): Line['kind'] | undefined {
  const python = PYTHON_FRAME.exec(text)?.[1];
  if (python !== undefined) {
    return PYTHON_LIBRARY.test(python) ? 'library' : 'own';
  }
  const script = (V8_FRAME.exec(text) ?? GECKO_FRAME.exec(text))?.[1];
  if (script !== undefined) {
    return JAVASCRIPT_LIBRARY.test(script) ? 'library' : 'own';
  }
  if (V8_BUILTIN.test(text)) {
    return 'library';
  }
  const method = JVM_FRAME.exec(text)?.[1];
  if (method !== undefined) {
    return JVM.some(prefix => method.startsWith(prefix)) ? 'library' : 'own';
  }
  return undefined;
}

function depth(text: string): number {
  return text.search(/\S|$/);
}

/** Folds library frames that follow each other. Without frames of its own, a trace is shown whole. */
export function fold(trace: readonly Line[]): Block[] {
  const hasOwn = trace.some(line => line.kind === 'own');
  const blocks: { lines: string[]; kind: Line['kind']; frames: number }[] = [];
  for (const { text, kind } of trace) {
    const shown = hasOwn ? kind : 'other';
    const last = blocks[blocks.length - 1];
    const frames = frameKind(text) ? 1 : Number(/^\s*\.\.\. (\d+) /.exec(text)?.[1]) || 0;
    if (last && last.kind === shown) {
      last.lines.push(text);
      last.frames += frames;
    } else {
      blocks.push({ lines: [text], kind: shown, frames });
    }
  }
  return blocks;
}

/** The frame to look at first: of the innermost cause, the one of this program that is nearest to the error. */
export function origin(trace: readonly Line[]): string | undefined {
  const isPython = trace.some(line => PYTHON_FRAME.test(line.text));
  if (isPython) {
    return trace
      .filter(line => line.kind === 'own' && PYTHON_FRAME.test(line.text))
      .at(-1)
      ?.text.trim();
  }
  let cause = 0;
  trace.forEach((line, at) => {
    if (line.text.startsWith('Caused by: ')) {
      cause = at;
    }
  });
  const own = (from: number) =>
    trace
      .slice(from)
      .find(line => line.kind === 'own')
      ?.text.trim();
  return own(cause) ?? own(0);
}
