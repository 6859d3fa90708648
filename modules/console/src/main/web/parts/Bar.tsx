import './bar.css';

/**
 * A bar for a share of the width; above 1 it is full, with a mark at its end. Decoration only: the figure stands
 * beside it.
 */
export function Bar({ share, tone }: { share: number; tone?: 'accent' | 'success' | 'failed' }) {
  const width = Math.max(0, Math.min(1, share));
  return (
    <span class={`bar ${tone ? `tone-${tone}` : ''}`} aria-hidden="true">
      <span class={share > 1 ? 'bar-fill is-over' : 'bar-fill'} style={{ width: `${(width * 100).toFixed(1)}%` }} />
    </span>
  );
}
