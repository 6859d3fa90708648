/** What the tests use of Node, instead of a dependency on its types. */
declare module 'node:fs' {
  export function readFileSync(path: string, encoding: 'utf8'): string;
}
