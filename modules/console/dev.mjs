// Serves the console while you work on it: bundles the sources for each page load and forwards everything else to a
// running server. Usage: RUNLOG_URL=http://127.0.0.1:8742 npm run dev [port]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';

const port = Number(process.argv[2] ?? 8743);
const server = new URL(process.env.RUNLOG_URL ?? 'http://127.0.0.1:8742');
const module = import.meta.dirname;
const esbuild = process.env.CONSOLE_ESBUILD ?? join(module, 'target/web/esbuild');
if (!existsSync(esbuild)) {
  console.error(`No esbuild at ${esbuild}. Run mvn package -pl modules/console, or set CONSOLE_ESBUILD.`);
  process.exit(1);
}
const output = mkdtempSync(join(tmpdir(), 'runlog-console-'));
const library = name => join(module, 'node_modules', name);
const options = readFileSync(join(module, 'esbuild.options'), 'utf8').split('\n').filter(Boolean);
const aliases = [
  `--alias:preact=${library('preact')}`,
  `--alias:uplot=${library('uplot')}`,
  `--alias:graphql-ws=${library('graphql-ws/lib/client.mjs')}`,
];
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** Bundles into the same directory again: pages that are open still find their files. */
function page() {
  const before = Date.now();
  execFileSync(esbuild, ['main.tsx', 'theme.ts', 'icon.svg', ...options, ...aliases, `--outdir=${output}`], {
    cwd: join(module, 'src/main/web'),
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  console.log(`bundled in ${Date.now() - before} ms`);
  // The newest file of each name.
  const asset = (name, suffix) =>
    readdirSync(output)
      .filter(file => file.startsWith(`${name}-`) && file.endsWith(suffix))
      .map(file => ({ file, time: statSync(join(output, file)).mtimeMs }))
      .sort((a, b) => b.time - a.time)[0].file;
  return `<!doctype html>
<html lang="en" data-base="" data-graphiql="true" data-version="development">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Runlog</title>
<link rel="icon" href="/ui/assets/${asset('icon', '.svg')}">
<link rel="stylesheet" href="/ui/assets/${asset('main', '.css')}">
<script src="/ui/assets/${asset('theme', '.js')}"></script>
<script type="module" src="/ui/assets/${asset('main', '.js')}"></script>
`;
}

function answer(incoming, outgoing) {
  const path = new URL(incoming.url, 'http://localhost').pathname;
  const file = path.startsWith('/ui/assets/') && join(output, path.slice('/ui/assets/'.length));
  if (file) {
    if (!existsSync(file)) return outgoing.writeHead(404).end();
    outgoing.writeHead(200, { 'Content-Type': TYPES[extname(file)] }).end(readFileSync(file));
  } else if (path.startsWith('/ui/')) {
    try {
      outgoing.writeHead(200, { 'Content-Type': 'text/html' }).end(page());
    } catch (error) {
      outgoing.writeHead(500, { 'Content-Type': 'text/plain' }).end(String(error.stderr ?? error));
    }
  } else {
    forward(incoming, outgoing);
  }
}

/** Keeps the Host header: the server compares it with Origin. */
function forward(incoming, outgoing) {
  const { method, url, headers } = incoming;
  const forwarded = request(
    { host: server.hostname, port: server.port, path: url, method, headers, setHost: false },
    reply => reply.pipe(outgoing.writeHead(reply.statusCode, reply.headers)),
  );
  forwarded.on('error', () => outgoing.writeHead(502).end());
  incoming.pipe(forwarded);
}

createServer(answer)
  .on('upgrade', (incoming, socket, head) => {
    const upstream = connect(server.port, server.hostname, () => {
      upstream.write(`GET ${incoming.url} HTTP/1.1\r\n`);
      for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
        upstream.write(`${incoming.rawHeaders[i]}: ${incoming.rawHeaders[i + 1]}\r\n`);
      }
      upstream.write('\r\n');
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  })
  .listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/ui/`));
