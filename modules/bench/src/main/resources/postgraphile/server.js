// PostGraphile in as many processes as PROCESSES says. They share PORT.
import cluster from "node:cluster";
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { makeV4Preset } from "postgraphile/presets/v4";

if (cluster.isPrimary) {
  for (let i = 0; i < Number(process.env.PROCESSES); i++) {
    cluster.fork();
  }
  cluster.on("exit", () => process.exit(1));
} else {
  const instance = postgraphile({
    // Returns jsonb as JSON, as Runlog does.
    extends: [makeV4Preset({ dynamicJson: true })],
    pgServices: [makePgService({ connectionString: process.env.DATABASE, schemas: [process.env.SCHEMA] })],
  });
  const server = createServer();
  await instance.createServ(grafserv).addTo(server);
  server.listen(Number(process.env.PORT), "127.0.0.1");
}
