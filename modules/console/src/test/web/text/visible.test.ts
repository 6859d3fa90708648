import { expect, test } from 'vitest';
import { firstLine, visible } from '../../../main/web/text/visible';

test('control and bidi characters become symbols, lines stay', () => {
  expect(visible('a\u0000b\u001b[31m\nc\td\u202eevil\u007f')).toBe('a␀b␛[31m\nc\td\ufffdevil␡');
});

test('the first line that is not blank', () => {
  expect(firstLine('\n  \n  Read timed out \r\n at x')).toBe('Read timed out');
  expect(firstLine('')).toBe('');
});
