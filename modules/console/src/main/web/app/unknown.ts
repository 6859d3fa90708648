/** A parameter of the URL that is not understood. It stays in the URL until it is removed. */
export interface Unknown {
  readonly name: string;
  readonly value: string;
}

/** Parameters that belong to no page: the time zone. */
export const SHARED_PARAMETERS: readonly string[] = ['tz'];

export function unknownWords({ name, value }: Unknown): string {
  return `${name}=${value}: not understood`;
}
