/** A text as one word of a shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The command that makes a token with one more scope. Without the scope to read, the console shows nothing. */
export function tokenCommand(subject: string, scopes: readonly string[], scope: string): string {
  const all = [...new Set(['executions:read', ...scopes, scope])];
  return `./runlog token --subject ${quoted(subject)} --valid-for P1D --scope ${quoted(all.join(','))}`;
}
