const EXACT = new Intl.NumberFormat('en');
const ONE_DECIMAL = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** `1,204,331`. */
export function formatNumber(value: number): string {
  return EXACT.format(value);
}

/** At most five characters: `940`, `8,204`, `12.4 k`, `5 M`. Rounds down, so that 999,999 does not become 1,000 k. */
export function shortNumber(value: number): string {
  if (Math.abs(value) < 10_000) return EXACT.format(value);
  for (const [size, unit] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
  ] as const) {
    if (Math.abs(value) >= size) return `${oneDecimal(value / size)} ${unit}`;
  }
  return `${oneDecimal(value / 1e3)} k`;
}

function oneDecimal(value: number): string {
  return ONE_DECIMAL.format(Math.trunc(value * 10) / 10);
}

/** `3.1 GB`, in powers of 1000. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  for (const unit of ['B', 'kB', 'MB', 'GB', 'TB']) {
    if (value < 999.5 || unit === 'TB') return `${value < 10 ? ONE_DECIMAL.format(value) : Math.round(value)} ${unit}`;
    value /= 1000;
  }
  return '';
}

/** A share from 0 to 1 as `98.4 %`. Never says 100 % or 0 % of something that is not. */
export function formatShare(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  const percent = share * 100;
  if (percent > 99.9) return '99.9 %';
  if (percent < 0.1) return '0.1 %';
  return `${ONE_DECIMAL.format(Math.min(percent, 99.9))} %`;
}

/** `1 run`, `12 runs`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}
