const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The ID of a run, a workflow or a cleanup as the server writes it; null if the text does not have that form. */
export function readUuid(text: string): string | null {
  return FORM.test(text) ? text.toLowerCase() : null;
}
