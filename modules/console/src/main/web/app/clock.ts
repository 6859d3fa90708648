import { useLayoutEffect, useState } from 'preact/hooks';
import { createStore, type Store } from '../api/store';
import { isZone } from '../text/time';
import { stored } from './stored';

export const localZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The time zone in which all times are shown. */
export const zone: Store<string> = createStore<string>(firstZone());

function firstZone(): string {
  const fromUrl = new URLSearchParams(location.search).get('tz');
  if (fromUrl && isZone(fromUrl)) return fromUrl;
  const kept = stored.get('zone');
  return kept && isZone(kept) ? kept : localZone;
}

export function chooseZone(next: string): void {
  stored.set('zone', next === localZone ? null : next);
  zone.set(next);
}

const HOUR = 3_600_000;
const everySecond = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

function tick() {
  timer = undefined;
  for (const listener of [...everySecond]) listener();
  schedule();
}

function schedule() {
  if (timer !== undefined || everySecond.size === 0 || document.hidden) return;
  timer = setTimeout(tick, 1000 - (Date.now() % 1000));
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    clearTimeout(timer);
    timer = undefined;
  } else if (everySecond.size) {
    tick();
  }
});

/** Calls a listener once a second while the page is visible. All clocks of the page change together. */
export function onTick(listener: () => void): () => void {
  everySecond.add(listener);
  schedule();
  return () => everySecond.delete(listener);
}

/** The current time. Renders again each second, or twice a minute if `since` is more than an hour away. */
export function useNow(since?: number): number {
  const [now, setNow] = useState(Date.now());
  useLayoutEffect(
    () =>
      onTick(() =>
        setNow(before => {
          const next = Date.now();
          const isSlow = since !== undefined && Math.abs(next - since) > HOUR;
          return isSlow && next - before < 30_000 ? before : next;
        }),
      ),
    [since],
  );
  return now;
}
