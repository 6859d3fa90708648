import { isZone } from '../text/time';

/** A parameter of the URL that is not understood. It stays in the URL until it is removed. */
export interface Unknown {
  readonly name: string;
  readonly value: string;
}

/** Whether a parameter belongs to all pages: the time zone. */
function isShared(name: string, value: string): boolean {
  return name === 'tz' && isZone(value);
}

/** Parameters with a name that the page does not have, such as a misspelt filter. */
export function unknownNames(query: URLSearchParams, names: readonly string[]): Unknown[] {
  return [...query]
    .filter(([name, value]) => !names.includes(name) && !isShared(name, value))
    .map(([name, value]) => ({ name, value }));
}

/** Reads the parameters of a page, and notes those that are not understood. */
export class ParameterReader {
  readonly #query: URLSearchParams;
  readonly #names: readonly string[];
  readonly #unknown: Unknown[] = [];

  /** `names` are those that the page has. */
  constructor(query: URLSearchParams, names: readonly string[]) {
    this.#query = query;
    this.#names = names;
  }

  /** The value of a parameter; null without one, or if `read` does not understand it. */
  one<T>(name: string, read: (text: string) => T | null): T | null {
    const text = this.#query.get(name);
    if (text === null || text === '') return null;
    const value = read(text);
    if (value === null) this.note(name, text);
    return value;
  }

  note(name: string, value: string): void {
    this.#unknown.push({ name, value });
  }

  /** What was noted, then the parameters with other names. */
  unknown(): readonly Unknown[] {
    return [...this.#unknown, ...unknownNames(this.#query, this.#names)];
  }
}

/** Writes those of `unknown` back that no parameter has replaced. */
export function keepUnknown(query: URLSearchParams, names: readonly string[], unknown: readonly Unknown[]): void {
  const replaced = names.filter(name => query.has(name));
  for (const { name, value } of unknown) if (!replaced.includes(name)) query.append(name, value);
}

/** Deletes all parameters of the page. */
export function clear(query: URLSearchParams): void {
  for (const [name, value] of [...query]) if (!isShared(name, value)) query.delete(name);
}

export function unknownWords({ name, value }: Unknown): string {
  return `${name}=${value}: not understood`;
}
