/** Shows control and bidi characters as symbols; line feeds and tabs stay. */
export function visible(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, character => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '\u2421' : '\ufffd';
  });
}

/** The first line that is not blank. */
export function firstLine(text: string): string {
  return /\S[^\r\n]*/.exec(text)?.[0]?.trimEnd() ?? '';
}
