const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const YEAR = { year: 'numeric' } as const;
const TO_MINUTES = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const TO_SECONDS = { ...TO_MINUTES, second: '2-digit' } as const;
const DATE_OF_YEAR = { day: 'numeric', month: 'short', ...TO_MINUTES } as const;
const DATE = { ...DATE_OF_YEAR, ...YEAR } as const;
const EXACT = { weekday: 'short', ...DATE, ...TO_SECONDS, fractionalSecondDigits: 3, timeZoneName: 'short' } as const;
const LOCAL_INPUT = { ...YEAR, month: '2-digit', day: '2-digit', ...TO_MINUTES } as const;

/** `now`, `42 s ago`, `3 min ago`, `5 h ago`, `2 days ago`, then the date; `in 40 s` for the future. */
export function formatRelative(at: number, now: number, zone: string): string {
  const distance = Math.abs(now - at);
  if (distance < 1_500) return 'now';
  const words = amount(distance);
  if (words === null) return formatDate(at, zone, now);
  return at > now ? `in ${words}` : `${words} ago`;
}

function amount(millis: number): string | null {
  if (millis < MINUTE) return `${Math.floor(millis / SECOND)} s`;
  if (millis < HOUR) return `${Math.floor(millis / MINUTE)} min`;
  if (millis < DAY) return `${Math.floor(millis / HOUR)} h`;
  if (millis < 7 * DAY) return millis < 2 * DAY ? '1 day' : `${Math.floor(millis / DAY)} days`;
  return null;
}

/** `21 Nov, 02:00`, with the year if it is another one. */
export function formatDate(at: number, zone: string, now: number = Date.now()): string {
  const year = format(YEAR, zone);
  const isSameYear = year.format(at) === year.format(now);
  return format(isSameYear ? DATE_OF_YEAR : DATE, zone).format(at);
}

/** `Fri, 21 Nov 2025, 02:00:07.123 GMT+5:30`. */
export function formatExact(at: number, zone: string): string {
  return format(EXACT, zone).format(at);
}

/** `12:04:31`. */
export function formatClock(at: number, zone: string): string {
  return format(TO_SECONDS, zone).format(at);
}

/** `21 Nov` or `21 Nov 2024`. */
export function formatDay(at: number, zone: string, now: number = Date.now()): string {
  return formatDate(at, zone, now).replace(/, \d\d:\d\d$/, '');
}

/** The local time of a zone as `<input type="datetime-local">` has it: `2026-11-21T02:00`. */
export function toLocalInput(at: number, zone: string): string {
  const parts = Object.fromEntries(
    format(LOCAL_INPUT, zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** The instant of a local time in a zone; null if it is not a time. In a gap of the clocks, the time after it. */
export function fromLocalInput(text: string, zone: string): number | null {
  const asUtc = Date.parse(`${text.length === 10 ? `${text}T00:00` : text}Z`);
  if (Number.isNaN(asUtc)) return null;
  // The offset at the first guess may differ from the one at the result, near a change of the clocks.
  const first = asUtc - offset(asUtc, zone);
  return asUtc - offset(first, zone);
}

function offset(at: number, zone: string): number {
  return Date.parse(`${toLocalInput(at, zone)}Z`) - Math.floor(at / MINUTE) * MINUTE;
}

/** The start of the day in a zone. */
export function startOfDay(at: number, zone: string): number {
  return fromLocalInput(toLocalInput(at, zone).slice(0, 10), zone) ?? at;
}

/** Whether the browser knows a zone. */
export function isZone(zone: string): boolean {
  try {
    format(YEAR, zone);
    return true;
  } catch {
    return false;
  }
}

const formats = new Map<Intl.DateTimeFormatOptions, Map<string, Intl.DateTimeFormat>>();

/** Creating a format takes 50 µs, which a table of times would feel. `options` is one of the constants above. */
function format(options: Intl.DateTimeFormatOptions, zone: string): Intl.DateTimeFormat {
  const ofZones = formats.get(options) ?? new Map<string, Intl.DateTimeFormat>();
  const known = ofZones.get(zone) ?? new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
  formats.set(options, ofZones.set(zone, known));
  return known;
}
