import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../api/errors';
import { session } from '../api/server';
import { useStore } from '../api/store';
import { tokenCommand } from '../text/command';
import { Button } from './Button';
import { Copy } from './Copy';
import './notice.css';

interface NoticeProps {
  kind?: 'info' | 'warn' | 'error' | 'empty';
  title?: ComponentChildren;
  actions?: ComponentChildren;
  children?: ComponentChildren;
}

/** A message in the page. `empty` stands alone in the middle of its panel; the others are a line above the content. */
export function Notice({ kind = 'info', title, actions, children }: NoticeProps) {
  return (
    <div class={`notice notice-${kind}`} role={kind === 'error' ? 'alert' : undefined}>
      <div class="notice-text">
        {title && <strong>{title}</strong>}
        {children && <div>{children}</div>}
      </div>
      {actions && <div class="notice-actions">{actions}</div>}
    </div>
  );
}

interface NeedsScopeProps {
  scope: string;
  /** What needs it, such as "Clean up". */
  what?: string | undefined;
  kind?: 'warn' | 'empty';
}

/** Says which scope is missing, and how to make a token that has it. */
export function NeedsScope({ scope, what = 'This', kind = 'warn' }: NeedsScopeProps) {
  const viewer = useStore(session);
  const { subject, scopes } = typeof viewer === 'object' ? viewer : { subject: 'NAME', scopes: [] };
  const command = tokenCommand(subject, scopes, scope);
  return (
    <Notice kind={kind} title={`${what} needs the scope ${scope}.`}>
      <p>Your token has: {scopes.join(', ') || 'no scopes'}. An operator of the server can make one with it:</p>
      <p class="notice-command">
        <code>{command}</code> <Copy text={command} label="Copy the command" />
      </p>
    </Notice>
  );
}

/** The scope that is missing, if that is why something was refused. */
function missingScope({ message }: ApiError): string | undefined {
  return /\bscope:? `?([a-z]+(?::[a-z]+)?)/.exec(message)?.[1];
}

/** Says what failed and what can be done. Shows nothing for errors that the sign-in dialog or the status line report. */
export function ErrorNotice({
  error,
  again,
  what,
}: {
  error: ApiError | undefined;
  again?: () => void;
  /** What needs the scope, such as "Clean up". */
  what?: string;
}) {
  if (!error || error.code === 'UNAUTHENTICATED' || error.code === 'OFFLINE') return null;
  const retry = again && <Button onClick={again}>Try again</Button>;
  if (error.code === 'INTERNAL') {
    return (
      <Notice
        kind="error"
        title="Something failed on the server."
        actions={
          <>
            {error.incident && <Copy text={error.incident} label="Copy the incident's ID" />}
            {retry}
          </>
        }
      >
        {error.incident ? `Incident ${error.incident}: the server's log has the details.` : error.message}
      </Notice>
    );
  }
  if (error.code === 'FORBIDDEN') {
    const scope = missingScope(error);
    if (scope) return <NeedsScope scope={scope} what={what} />;
    return (
      <Notice kind="warn" title={`${what ?? 'This'} is not available to you.`}>
        {error.message.replaceAll('`', '')}
      </Notice>
    );
  }
  if (error.code === 'RATE_LIMITED' || error.code === 'OVERLOADED') {
    return (
      <Notice kind="warn" title="The server is busy." actions={retry}>
        {error.message} It is asked again automatically.
      </Notice>
    );
  }
  return <Notice kind="error" title={error.message} actions={error.code === 'BAD_INPUT' ? null : retry} />;
}

/** In place of what was not read yet: grey lines, or why there is nothing. Other errors have a notice. */
export function Unread({ error, ...size }: { error: ApiError | null | undefined; rows?: number; height?: number }) {
  if (error?.code === 'OFFLINE') {
    return (
      <Notice kind="empty" title="Nothing was read yet.">
        The server cannot be reached. It is asked again automatically.
      </Notice>
    );
  }
  return error ? null : <Skeleton {...size} />;
}

/** Grey lines in place of rows, if loading takes longer than a blink. */
export function Skeleton({ rows = 12, height = 36 }: { rows?: number; height?: number }) {
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setVisible(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {visible &&
        Array.from({ length: rows }, (_, row) => (
          <div key={row} class="skeleton-row" style={{ height: `${height}px` }}>
            <span style={{ width: `${30 + ((row * 37) % 50)}%` }} />
          </div>
        ))}
    </div>
  );
}
