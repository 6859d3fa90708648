import { base } from '../api/server';

const memory = new Map<string, string>();
const PREFIX = `runlog${base}:`;

/** `localStorage` of this server, or the page's memory if the browser blocks it. */
export const stored = {
  get(name: string): string | null {
    try {
      return localStorage.getItem(PREFIX + name);
    } catch {
      return memory.get(name) ?? null;
    }
  },
  set(name: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(PREFIX + name);
      else localStorage.setItem(PREFIX + name, value);
    } catch {
      if (value === null) memory.delete(name);
      else memory.set(name, value);
    }
  },
};
