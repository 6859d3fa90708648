import type { RefObject } from 'preact';
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** The rows of a long list that a scrolling element shows, and some around them. All rows have the same height. */
export interface Visible<E extends HTMLElement> {
  readonly ref: RefObject<E>;
  readonly first: number;
  /** Exclusive. */
  readonly last: number;
  /** Of the scrolling element, in pixels. */
  readonly height: number;
  readonly width: number;
  onScroll(): void;
  /** Scrolls as far as needed; a row that is far away comes to the middle. */
  reveal(row: number): void;
}

const AROUND = 8;
const FAR_ROWS = 3;

/** For a component that always renders the element: it is observed from the first rendering to the last. */
export function useVisible<E extends HTMLElement>(count: number, rowHeight: number): Visible<E> {
  const ref = useRef<E>(null);
  const [{ top, height, width }, setPort] = useState({ top: 0, height: 0, width: 0 });
  const onScroll = useCallback(() => {
    const { scrollTop = 0, clientHeight = 0, clientWidth = 0 } = ref.current ?? {};
    setPort(before =>
      before.top === scrollTop && before.height === clientHeight && before.width === clientWidth
        ? before
        : { top: scrollTop, height: clientHeight, width: clientWidth },
    );
  }, []);
  useLayoutEffect(() => {
    onScroll();
    const observer = new ResizeObserver(onScroll);
    if (ref.current) observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  const reveal = useCallback(
    (row: number) => {
      const element = ref.current;
      if (!element) return;
      const rowTop = row * rowHeight;
      const room = element.clientHeight;
      const above = element.scrollTop - rowTop;
      const below = rowTop + rowHeight - element.scrollTop - room;
      if (Math.max(above, below) > FAR_ROWS * rowHeight) element.scrollTop = rowTop - (room - rowHeight) / 2;
      else if (above > 0) element.scrollTop -= above;
      else if (below > 0) element.scrollTop += below;
      onScroll();
    },
    [rowHeight],
  );
  const first = Math.max(0, Math.min(count, Math.floor(top / rowHeight)) - AROUND);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + AROUND);
  return { ref, first, last, height, width, onScroll, reveal };
}
