import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { type Colours, colours } from './paint';

/** The colours for drawing; again when the theme changes. */
export function useColours(ref: RefObject<HTMLElement>): Colours | null {
  const [current, setCurrent] = useState<Colours | null>(null);
  useLayoutEffect(() => {
    const read = () => ref.current && setCurrent(colours(ref.current));
    read();
    const theme = new MutationObserver(read);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', read);
    return () => {
      theme.disconnect();
      scheme.removeEventListener('change', read);
    };
  }, []);
  return current;
}
