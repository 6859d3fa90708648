// Runs the snippets of docs/frontend.md against a server: node frontend.mjs DIRECTORY URL TOKEN
// Writes each fenced block whose info string names a file into the directory, installs its package.json, compiles the
// Relay file, generates types, and runs each file that prints something, with the environment variables RUNLOG_URL and
// RUNLOG_TOKEN. A file with until=TEXT is stopped when it has printed that text. A snippet fails if it exits with an
// error, prints nothing or prints "undefined", or takes longer than a minute.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [directory, url, token] = process.argv.slice(2);
if (!token) {
  console.error('Usage: node frontend.mjs DIRECTORY URL TOKEN');
  process.exit(2);
}
const guide = readFileSync(new URL('../docs/frontend.md', import.meta.url), 'utf8');
const snippets = [...guide.matchAll(/^```(?:js|json) (\S+)(?: until=(\S+))?\n([\s\S]*?)^```$/gm)].map(
  ([, file, until, text]) => ({ file, until, text }),
);

mkdirSync(directory, { recursive: true });
for (const { file, text } of snippets) writeFileSync(path.join(directory, file), text);
const run = (command, ...args) => execFileSync(command, args, { cwd: directory, stdio: 'inherit' });
try {
  run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1', '--fetch-timeout=30000');
} catch {
  console.log('docs/frontend.md: skipped, because its packages cannot be installed.');
  process.exit(0);
}
writeFileSync(path.join(directory, 'schema.graphql'), await (await fetch(`${url}/schema.graphql`)).text());
run('npx', 'relay-compiler');
run('npx', 'graphql-codegen', '--config', 'codegen.mjs');
writeFileSync(path.join(directory, 'babel.config.json'), '{"plugins": [["relay", {"eagerEsModules": true}]]}');
run('npx', 'babel', 'relay.js', '--out-file', 'relay.js');
const relay = path.join(directory, 'relay.js');
// Bundlers complete the name of the compiled query; Node does not.
writeFileSync(relay, readFileSync(relay, 'utf8').replace('.graphql"', '.graphql.js"'));

/** Runs a snippet with the WebSocket that browsers have; resolves with what it printed. */
function execute({ file, until }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--experimental-websocket', file], {
      cwd: directory,
      env: { ...process.env, RUNLOG_URL: url, RUNLOG_TOKEN: token },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    let stopped = false;
    const timer = setTimeout(() => child.kill(), 60_000);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      printed += text;
      if (until && printed.includes(until)) {
        stopped = true;
        child.kill();
      }
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (until ? stopped : code === 0) resolve(printed);
      else reject(new Error(`${file} ended with ${code ?? 'a timeout'}; it printed: ${printed}`));
    });
  });
}

const programs = snippets.filter(({ file, text }) => text.includes('console.log'));
for (const program of programs) {
  const printed = await execute(program);
  if (printed.trim() === '' || printed.includes('undefined')) {
    throw new Error(`${program.file} printed: ${printed}`);
  }
  console.log(`${program.file}: ${printed.trim().split('\n').length} lines`);
}
console.log(`docs/frontend.md: ${programs.length} snippets ran.`);
