import { visible } from '../text/visible';

/** Text that was recorded. Control characters show as symbols, and it cannot rearrange the line around it. */
export function Recorded({ text, class: extra = '' }: { text: string; class?: string }) {
  return <span class={`recorded ${extra}`}>{visible(text)}</span>;
}
