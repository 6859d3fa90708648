import type { ComponentChildren } from 'preact';
import { Link } from '../app/navigate';
import { Notice } from './Notice';

interface MissingProps {
  /** What the address names, such as "run". */
  readonly what: string;
  /** The list that may have it. */
  readonly list: string;
  /** The words of the link to the list. */
  readonly show: string;
  readonly children?: ComponentChildren;
}

/** A page in place of what an address names and the server does not have for this viewer. */
export function Missing({ what, list, show, children }: MissingProps) {
  return (
    <Notice
      kind="empty"
      title={<h1>There is no {what} with this ID.</h1>}
      actions={
        <Link class="button button-plain" to={list}>
          {show}
        </Link>
      }
    >
      It was deleted, it belongs to someone else, or the address is incomplete.
      {children}
    </Notice>
  );
}
