import { describe, expect, it } from 'vitest';
import { fold, lines, origin } from '../../../main/web/text/stack';

const JAVA = `java.lang.IllegalStateException: Import failed
at the second line of the message
\tat com.acme.orders.Import.run(Import.java:42)
\tat java.base/java.util.concurrent.FutureTask.run(FutureTask.java:264)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: com.acme.orders.BadRow: Line 7 has 3 columns.
\tat org.apache.commons.csv.CSVParser.next(CSVParser.java:12)
\tat app//com.acme.orders.Csv$Reader.lambda$read$0(Csv.java:7)
\t... 12 more
`;
const NODE = `TypeError: Cannot read properties of undefined (reading 'id')
    at total (file:///srv/app/order.mjs:3:7)
    at Array.map (<anonymous>)
    at async run (/srv/app/node_modules/queue/index.js:10:5)
    at node:internal/process/task_queues:95:5`;
const PYTHON = `Traceback (most recent call last):
  File "/srv/app/run.py", line 12, in main
    load(path)
    ^^^^^^^^^^
  File "/usr/lib/python3.11/csv.py", line 88, in load
    next(self)
  File "/srv/app/rows.py", line 3, in check
    raise ValueError("3 columns")
ValueError: 3 columns`;
const GECKO = `total@https://app.example/order.js:3:7
run@https://app.example/node_modules/queue.js:1:2`;

describe('lines', () => {
  it.each([
    ['Java', JAVA, 'other other own library library other library own library'],
    ['V8', NODE, 'other own library library library'],
    ['Firefox', GECKO, 'own library'],
    ['Python', PYTHON, 'other own own own library library own own other'],
    ['an unknown format', 'panic: nil map\n  main.go:3', 'other other'],
  ])('knows the frames of %s', (_, stack, kinds) => {
    expect(lines(stack).map(line => line.kind)).toEqual(kinds.split(' '));
  });
});

describe('fold', () => {
  it('folds the frames of libraries, and counts them', () => {
    const folded = fold(lines(JAVA)).filter(block => block.kind === 'library');

    expect(folded.map(block => block.frames)).toEqual([2, 1, 12]);
  });

  it('shows every frame if none is the own', () => {
    const stack = 'java.io.IOException: closed\n\tat java.base/java.io.Reader.read(Reader.java:1)';
    expect(fold(lines(stack))).toEqual([{ kind: 'other', lines: stack.split('\n'), frames: 1 }]);
  });
});

describe('origin', () => {
  it('is the own frame nearest to the innermost cause', () => {
    expect(origin(lines(JAVA))).toBe('at app//com.acme.orders.Csv$Reader.lambda$read$0(Csv.java:7)');
    expect(origin(lines(NODE))).toBe('at total (file:///srv/app/order.mjs:3:7)');
    expect(origin(lines(PYTHON))).toBe('File "/srv/app/rows.py", line 3, in check');
    expect(origin(lines(GECKO))).toBe('total@https://app.example/order.js:3:7');
    expect(origin(lines('something else\nof two lines'))).toBeUndefined();
  });
});
