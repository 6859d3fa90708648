// Recordings for the tests: what engines send to POST /events.
import { randomBytes } from 'node:crypto';
import { token } from './token.mjs';

/** A UUID version 7 of a time, as engines make them. */
export function id(time = Date.now()) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Math.floor(time), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Records events as the owner; resolves after the commit. */
export async function record(server, owner, events) {
  for (let from = 0; from < events.length; from += 5000) {
    const response = await fetch(`${server.url}/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token(owner)}`, 'Content-Type': 'application/x-ndjson' },
      body: events
        .slice(from, from + 5000)
        .map(event => JSON.stringify(event))
        .join('\n'),
    });
    const report = await response.json();
    if (!response.ok || report.rejected?.length) throw new Error(JSON.stringify(report));
  }
}

/** A whole run that ended; `ago` and `took` are milliseconds. */
export function run({ workflow, ago, took = 1000, status = 'SUCCESS', ...more }) {
  const start = Date.now() - ago;
  return {
    event: 'execution',
    id: id(start),
    workflow,
    status,
    startedAt: new Date(start).toISOString(),
    finishedAt: new Date(start + took).toISOString(),
    ...more,
  };
}

export const IMPORT_ERROR = {
  type: 'java.lang.NumberFormatException',
  message: 'For input string: "12,50"',
  stackTrace: `java.lang.NumberFormatException: For input string: "12,50"
	at java.base/java.lang.Long.parseLong(Long.java:711)
	at com.example.orders.PriceColumn.read(PriceColumn.java:41)
	at com.example.orders.ImportOrders.run(ImportOrders.java:88)
	at java.base/java.lang.Thread.run(Thread.java:840)`,
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * Two weeks of a small product: nightly imports that fail since three nights for the same reason, invoices every hour,
 * and reports of which one was cancelled and one crashed.
 */
export function product(hoursBack = 14 * 24) {
  const events = [];
  for (let hour = 1; hour <= hoursBack; hour++) {
    events.push(
      run({
        workflow: 'send-invoices',
        ago: hour * HOUR,
        took: 2000 + (hour % 7) * 300,
        trigger: 'schedule',
        labels: { env: 'prod', region: hour % 2 ? 'eu' : 'us' },
        result: { sent: hour },
      }),
    );
    if (hour % 24 === 0) {
      const fails = hour <= 72;
      events.push(
        run({
          workflow: 'import-orders',
          ago: hour * HOUR - 20 * MINUTE,
          took: 95_000,
          status: fails ? 'FAILED' : 'SUCCESS',
          trigger: 'schedule',
          labels: { env: 'prod' },
          payload: { file: `orders-${hour}.csv` },
          ...(fails && { error: IMPORT_ERROR }),
        }),
      );
    }
    if (hour % 12 === 0) {
      events.push(
        run({
          workflow: 'report',
          ago: hour * HOUR - 5 * MINUTE,
          took: 30_000,
          status: hour === 12 ? 'CANCELLED' : 'SUCCESS',
          trigger: 'manual',
        }),
      );
    }
  }
  return events;
}

/** A run with steps: groups of ten below a parent each. */
export function steps(count, { failing = -1, start = Date.now() - HOUR } = {}) {
  return Array.from({ length: count }, (_, index) => {
    const parentIndex = index % 11 === 0 ? null : index - (index % 11);
    return {
      index,
      ...(parentIndex !== null && { parentIndex }),
      name: parentIndex === null ? `batch ${index / 11}` : `row ${index}`,
      kind: parentIndex === null ? 'batch' : 'row',
      status: index === failing ? 'FAILED' : 'SUCCESS',
      startedAt: new Date(start + index * 100).toISOString(),
      finishedAt: new Date(start + index * 100 + (parentIndex === null ? 1100 : 90)).toISOString(),
      ...(index === failing && { error: IMPORT_ERROR }),
    };
  });
}

/** Starts and finishes runs at a rate, until stopped; resolves with the number of changes. */
export function stream(server, owner, changesPerSecond, workflow = 'stream') {
  let stopped = false;
  let changes = 0;
  const open = [];
  const done = (async () => {
    const began = Date.now();
    while (!stopped) {
      const due = Math.floor(((Date.now() - began) * changesPerSecond) / 1000) - changes;
      const events = [];
      for (let i = 0; i < due; i++) {
        if (open.length > 20) events.push({ event: 'finished', id: open.shift(), workflow, status: 'SUCCESS' });
        else {
          open.push(id());
          events.push({ event: 'started', id: open.at(-1), workflow });
        }
      }
      changes += events.length;
      if (events.length) await record(server, owner, events);
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    return changes;
  })();
  return {
    stop() {
      stopped = true;
      return done;
    },
  };
}
