import type { Operations } from '#operations';

export type OperationName = keyof Operations;
export type Variables<K extends OperationName> = Operations[K]['variables'];
export type Result<K extends OperationName> = Operations[K]['result'];

/** A GraphQL document with one operation, typed by its name. */
export interface Operation<K extends OperationName> {
  readonly name: K;
  readonly text: string;
}

/** Joins the text of an operation with its fragments. `name` is checked against the generated types. */
export function operation<K extends OperationName>(name: K, ...texts: string[]): Operation<K> {
  return { name, text: texts.join('\n') };
}
