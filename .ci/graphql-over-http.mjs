// Runs the public GraphQL-over-HTTP audit suite against a server: node graphql-over-http.mjs URL TOKEN
// Needs the npm packages graphql-http and graphql where node finds them. Exits with 1 on a failing MUST.
import { auditServer } from 'graphql-http';

const [url, token] = process.argv.slice(2);
const results = await auditServer({
  url,
  fetchFn: (target, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    return fetch(target, { ...init, headers });
  },
});
const failed = results.filter((result) => result.status !== 'ok');
for (const result of failed) {
  console.log(`${result.status === 'error' ? 'MUST  ' : result.status === 'warn' ? 'SHOULD' : result.status} ${result.id} ${result.name}: ${result.reason}`);
}
const broken = failed.filter((result) => result.status === 'error').length;
console.log(`GraphQL over HTTP: ${results.length} audits, ${broken} failing MUST, ${failed.length - broken} others not met.`);
process.exit(broken > 0 || results.length === 0 ? 1 : 0);
