/** Sets a performance mark once the screen shows what was just rendered: in the second frame from now. */
export function markPainted(name: string): void {
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark(name)));
}
