// Signed tokens for the servers of these tests.
import { createHmac, randomBytes } from 'node:crypto';

export const SECRET = 'a secret of browser tests, of more than 32 characters';

export const ALL_SCOPES = ['executions:read', 'executions:write', 'executions:cleanup', 'engine', 'ops'];
export const OWNER_SCOPES = ['executions:read', 'executions:write', 'executions:cleanup'];

/** An HS256 token for `subject`, valid for some seconds. */
export function token(subject, { scopes = OWNER_SCOPES, seconds = 3600 } = {}) {
  const encode = part => Buffer.from(JSON.stringify(part)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({
    sub: subject,
    scope: scopes.join(' '),
    iat: now,
    exp: now + seconds,
  })}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

const RUN = randomBytes(3).toString('hex');

/** An owner that no other run of the tests has. */
export function owner(name) {
  return `${name}-${RUN}`;
}
