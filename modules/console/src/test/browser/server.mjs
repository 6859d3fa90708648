// The real program, as a user starts it, with an embedded PostgreSQL in a directory of its own.
//
// CONSOLE_SERVE: the command, `./runlog` by default. With RUNLOG_BUILT=1, ./runlog does not build first.
// CONSOLE_URL: a server that runs already, with the secret of token.mjs, instead of one that is started here.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { SECRET, token } from './token.mjs';

const ROOT = join(import.meta.dirname, '../../../../..');
const START_MILLIS = 120_000;

export class Server {
  #process;
  #settings;
  #directory;
  #output = '';

  constructor(url, settings, directory) {
    this.url = url;
    this.#settings = settings;
    this.#directory = directory;
  }

  /** Starts one on a free port, with settings as environment variables without RUNLOG_. */
  static async start(settings = {}) {
    const port = await freePort();
    const directory = mkdtempSync(join(tmpdir(), 'runlog-browser-'));
    const server = new Server(`http://127.0.0.1:${port}`, settings, directory);
    try {
      await server.start();
    } catch (failure) {
      await server.stop();
      throw failure;
    }
    return server;
  }

  /** Starts it, also again after it was killed: on the same port, with the same data. */
  async start() {
    const [command, ...args] = (process.env.CONSOLE_SERVE ?? './runlog').split(' ');
    const environment = Object.fromEntries(
      Object.entries({
        DATA_DIR: this.#directory,
        HTTP_PORT: new URL(this.url).port,
        AUTH_SECRET: SECRET,
        AUTH_LEEWAY: 'PT0S',
        ...this.#settings,
      })
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [`RUNLOG_${key}`, value]),
    );
    this.#output = '';
    this.#process = spawn(command, [...args, 'serve'], {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding('utf8').on('data', text => {
        this.#output += text;
      });
    }
    await this.printed(/Runlog is listening on/);
  }

  /** Waits until it has printed something; resolves with the match. */
  printed(pattern) {
    const process = this.#process;
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(this.#output);
        if (match) settle(resolve, match);
      };
      const fail = () => settle(reject, new Error(`The server did not print ${pattern}:\n${this.#output}`));
      const timer = setTimeout(fail, START_MILLIS);
      const settle = (how, value) => {
        clearTimeout(timer);
        process.stdout.off('data', look);
        process.off('close', fail);
        how(value);
      };
      process.stdout.on('data', look);
      process.on('close', fail);
      look();
    });
  }

  /** Ends it without a goodbye. Its database notices. */
  async kill() {
    await this.#end('SIGKILL');
  }

  async stop() {
    await this.#end('SIGTERM');
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #end(signal) {
    if (!this.#process || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill(signal);
    await exit;
  }
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

let shared;

/** The server that all tests share. Owners keep them apart. */
export function sharedServer() {
  shared ??= process.env.CONSOLE_URL
    ? Promise.resolve(new Server(process.env.CONSOLE_URL, {}, mkdtempSync(join(tmpdir(), 'runlog-browser-'))))
    : Server.start({ GRAPHQL_GRAPHIQL: 'on' });
  return shared;
}

after(async () => {
  await shared?.then(
    server => server.stop(),
    () => {},
  );
});

/** Asks a server, as the owner, without a browser. */
export async function ask(server, owner, query, variables = {}, options = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token(owner, options)}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}
