// Shows who is signed in, or asks for a token and exchanges it for a cookie that scripts cannot read. GraphiQL itself does
// not handle either: the browser sends the cookie.
'use strict';

const FIRST_QUERY = `# What ran, newest first. Ctrl+Enter runs it.
{
  executions(first: 10) {
    totalCount
    nodes {
      id
      status
      startedAt
      duration
      workflow { name }
      error { message }
    }
  }
}
`;
const TIMER_MILLIS_MAX = 2 ** 31 - 1;

const graphiql = document.currentScript.dataset.graphiql;
const byId = id => document.getElementById(id);
let started = false;
let expiry;

async function session(options) {
  const response = await fetch('../session', options);
  return { signedIn: response.ok, body: await response.json() };
}

function show({ signedIn, body }) {
  byId('signed-in').hidden = !signedIn;
  byId('sign-in').hidden = signedIn;
  clearTimeout(expiry);
  if (!signedIn) {
    byId('token').focus();
    return;
  }
  const expiresAt = new Date(body.expiresAt);
  byId('subject').textContent = body.subject;
  byId('expires-at').textContent = expiresAt.toLocaleString();
  expiry = setTimeout(check, Math.min(expiresAt - Date.now() + 1000, TIMER_MILLIS_MAX));
  start();
}

function check() {
  session().then(show, () => show({ signedIn: false }));
}

function start() {
  if (started) {
    return;
  }
  started = true;
  if (!new URLSearchParams(location.search).has('query')) {
    // GraphiQL does not read + as a space.
    history.replaceState(null, '', (location.search ? location.search + '&' : '?') + 'query=' + encodeURIComponent(FIRST_QUERY));
  }
  // GraphiQL puts the address of the WebSocket behind the origin and a slash.
  const path = new URL('../graphql', location.href).pathname;
  window.VERTX_GRAPHIQL_CONFIG = { graphQLUri: path, graphQLWSUri: path.slice(1) };
  const script = document.createElement('script');
  script.src = graphiql;
  document.head.append(script);
}

byId('sign-in').querySelector('form').addEventListener('submit', event => {
  event.preventDefault();
  const token = byId('token').value.trim();
  byId('token').value = '';
  byId('refusal').textContent = '';
  const authorization = 'Bearer ' + token.replace(/^bearer\s+/i, '');
  session({ method: 'POST', headers: { authorization } }).then(answer => {
    if (!answer.signedIn) {
      byId('refusal').textContent = answer.body.error.message;
    }
    show(answer);
  }, () => {
    byId('refusal').textContent = 'The server does not respond, or the token contains invalid characters.';
  });
});

byId('sign-out').addEventListener('click', () => {
  fetch('../session', { method: 'DELETE' }).then(() => location.reload());
});

check();
