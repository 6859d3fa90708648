import { describe, expect, it } from 'vitest';
import { cutNote, documentNotes, redactedNote, shownText } from '../../../main/web/run/notes';

const PLAIN = { label: 'Payload', text: '{"a":1}', isTruncated: false, isSanitized: false, isRedacted: false };

describe('documents', () => {
  it('are shown as recorded', () => {
    expect(shownText(PLAIN)).toBe('{"a":1}');
    expect(shownText({ ...PLAIN, text: null })).toBeNull();
    expect(documentNotes(PLAIN)).toEqual([]);
  });

  it('that were cut are shown as the beginning of JSON', () => {
    const cut = { ...PLAIN, text: '"{\\"a\\":[1,2"', isTruncated: true };

    expect(shownText(cut)).toBe('{"a":[1,2');
    expect(documentNotes(cut)).toEqual(['Payload was too large: only its first 9 characters were recorded.']);
  });

  it('say what was replaced', () => {
    expect(documentNotes({ ...PLAIN, isRedacted: true, isSanitized: true })).toHaveLength(2);
    expect(redactedNote(1)).toBe('1 secret of this run was replaced by [redacted] before it was stored.');
    expect(redactedNote(3)).toBe('3 secrets of this run were replaced by [redacted] before they were stored.');
    expect(redactedNote(0)).toBeNull();
  });
});

describe('cutNote', () => {
  it('lists the parts that were cut', () => {
    const parts = ['ERROR_TYPE', 'ERROR_MESSAGE', 'STACK_TRACE'];
    expect(cutNote(['STACK_TRACE'], parts)).toBe('The stack trace was too long and cut.');
    expect(cutNote(['STACK_TRACE', 'ERROR_MESSAGE', 'PAYLOAD'], parts)).toBe(
      'The message and the stack trace were too long and cut.',
    );
    expect(cutNote(['PAYLOAD'], parts)).toBeNull();
    expect(cutNote(null, parts)).toBeNull();
  });
});
