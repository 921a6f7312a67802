import { startEmbeddedPostgres } from '#persistence';

// Stands in for a gateway that is killed: starts the server of a data folder, says so, and never stops it.
const [, , dataDir = ''] = process.argv;
const silent = { info: () => undefined, warn: () => undefined };
const server = await startEmbeddedPostgres({ dataDir, log: silent, settings: { fsync: 'off' } });
console.log(JSON.stringify({ url: server.url('postgres') }));
setInterval(() => undefined, 60_000);
