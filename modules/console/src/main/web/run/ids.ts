/** The time in an ID, a UUID of version 7, in milliseconds since 1970. Lists are sorted by it. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
