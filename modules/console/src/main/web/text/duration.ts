const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `340 ms`, `1.2 s`, `42 s`, `3 m 12 s`, `2 h 5 m`, `3 d 4 h`. */
export function formatDuration(millis: number): string {
  const value = Math.max(0, millis);
  if (value < SECOND) return `${Math.round(value)} ms`;
  if (value < 9_950) return `${(value / SECOND).toFixed(1)} s`;
  if (value < 59_500) return `${Math.round(value / SECOND)} s`;
  if (value < HOUR - 500) return two(Math.round(value / SECOND), 60, 'm', 's');
  if (value < DAY - MINUTE / 2) return two(Math.round(value / MINUTE), 60, 'h', 'm');
  return two(Math.round(value / HOUR), 24, 'd', 'h');
}

function two(count: number, base: number, big: string, small: string): string {
  const rest = count % base;
  return `${Math.floor(count / base)} ${big}${rest ? ` ${rest} ${small}` : ''}`;
}

/** A running clock that does not change its width every frame: whole seconds below a minute. */
export function formatElapsed(millis: number): string {
  return millis < 59_500 ? `${Math.floor(Math.max(0, millis) / SECOND)} s` : formatDuration(millis);
}

const UNITS: Record<string, number> = {
  ms: 1,
  s: SECOND,
  sec: SECOND,
  second: SECOND,
  m: MINUTE,
  min: MINUTE,
  minute: MINUTE,
  h: HOUR,
  hour: HOUR,
  d: DAY,
  day: DAY,
  w: 7 * DAY,
  week: 7 * DAY,
};

/** Reads `30s`, `1.5 h`, `2 min 30 s`, `30 days`, `PT30S` or a plain number of seconds; null if it cannot. */
export function parseDuration(text: string): number | null {
  const input = text.trim().toLowerCase();
  if (/^p[\dt]/.test(input)) return isoToMillis(input.toUpperCase());
  if (/^\d+(\.\d+)?$/.test(input)) return Number(input) * SECOND;
  let millis = 0;
  let rest = input;
  while (rest) {
    const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)\s*/.exec(rest);
    const word = match?.[2] ?? '';
    const unit = UNITS[word] ?? UNITS[word.replace(/s$/, '')];
    if (!match || !unit) return null;
    millis += Number(match[1]) * unit;
    rest = rest.slice(match[0].length);
  }
  return input ? Math.round(millis) : null;
}

const ISO = /^P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** The milliseconds of an ISO 8601 duration with days, hours, minutes and seconds; null if it is not one. */
export function isoToMillis(iso: string): number | null {
  const match = ISO.exec(iso);
  if (!match || iso === 'P' || iso.endsWith('T')) return null;
  const [days, hours, minutes, seconds] = match.slice(1).map(part => Number(part ?? 0));
  return Math.round((days ?? 0) * DAY + (hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE + (seconds ?? 0) * SECOND);
}

/** The shortest ISO 8601 form: `P30D`, `PT36H`, `PT1.5S`. */
export function millisToIso(millis: number): string {
  if (millis > 0 && millis % DAY === 0) return `P${millis / DAY}D`;
  if (millis > 0 && millis % HOUR === 0) return `PT${millis / HOUR}H`;
  if (millis > 0 && millis % MINUTE === 0) return `PT${millis / MINUTE}M`;
  return `PT${millis / SECOND}S`;
}

/** In words: `30 days`, `1 hour`, `90 seconds`. Uses the largest unit that divides it. */
export function durationWords(millis: number): string {
  for (const [size, name] of [
    [DAY, 'day'],
    [HOUR, 'hour'],
    [MINUTE, 'minute'],
    [SECOND, 'second'],
  ] as const) {
    if (millis >= size && millis % size === 0) return `${millis / size} ${name}${millis === size ? '' : 's'}`;
  }
  return formatDuration(millis);
}
