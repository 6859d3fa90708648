import { useRef, useState } from 'preact/hooks';
import { type ApiError, asApiError } from '../api/errors';
import type { Operation, OperationName, Result, Variables } from '../api/operation';
import { request } from '../api/request';
import { useAsk } from './useAsk';

interface Page<N> {
  readonly totalCount: number | null;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly N[];
}

export interface Pages<N> {
  /** Rows of all pages that were read; undefined before the first one. */
  readonly rows: readonly N[] | undefined;
  readonly total: number | null;
  readonly hasMore: boolean;
  readonly error: ApiError | undefined;
  readonly fieldErrors: readonly ApiError[];
  readonly loading: boolean;
  readonly stale: boolean;
  /** Reads the next page, unless one is on its way. */
  more(): void;
  again(): void;
}

/** Reads a list page by page with `$after`. Other variables, and `again`, start with the first page. */
export function usePages<K extends OperationName, N>(
  operation: Operation<K>,
  variables: Variables<K> | null,
  page: (result: Result<K>) => Page<N> | null,
): Pages<N> {
  const first = useAsk(operation, variables);
  const [rest, setRest] = useState<{ of: Result<K>; nodes: readonly N[]; end: Page<N>['pageInfo'] } | null>(null);
  const [failure, setFailure] = useState<ApiError | undefined>();
  const reading = useRef(false);
  const head = first.data ? page(first.data) : null;
  const tail = rest?.of === first.data ? rest : null;
  const end = tail?.end ?? head?.pageInfo;
  const nodes = useRef<{ head: Page<N> | null; tail: typeof tail; rows: readonly N[] | undefined }>({
    head: null,
    tail: null,
    rows: undefined,
  });
  // The same array while nothing changes.
  if (nodes.current.head !== head || nodes.current.tail !== tail) {
    nodes.current = { head, tail, rows: head ? [...head.nodes, ...(tail?.nodes ?? [])] : undefined };
  }

  function more() {
    const of = first.data;
    if (!of || !end?.hasNextPage || first.stale || reading.current) return;
    reading.current = true;
    request(operation, { ...variables, after: end.endCursor } as Variables<K>)
      .then(result => {
        const next = page(result);
        if (next) setRest({ of, nodes: [...(tail?.nodes ?? []), ...next.nodes], end: next.pageInfo });
        setFailure(undefined);
      })
      .catch(problem => setFailure(asApiError(problem)))
      .finally(() => {
        reading.current = false;
      });
  }

  return {
    rows: nodes.current.rows,
    total: head?.totalCount ?? null,
    hasMore: end?.hasNextPage ?? false,
    error: first.error ?? failure,
    fieldErrors: first.fieldErrors,
    loading: first.loading,
    stale: first.stale,
    more,
    again: first.again,
  };
}
