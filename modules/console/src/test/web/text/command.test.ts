import { expect, test } from 'vitest';
import { tokenCommand } from '../../../main/web/text/command';

test('a command for a token keeps the scopes, adds the missing one, and can always read', () => {
  expect(tokenCommand('alice', ['executions:write'], 'executions:cleanup')).toBe(
    './runlog token --subject alice --valid-for P1D --scope executions:read,executions:write,executions:cleanup',
  );
  expect(tokenCommand("o'neil; rm", [], 'executions:read')).toBe(
    "./runlog token --subject 'o'\\''neil; rm' --valid-for P1D --scope executions:read",
  );
});
