import './source-loader.mjs';

const { startTestServer } = await import('./test-server.ts');

/** One server for the whole run; every file gets databases of its own (postgres.ts). */
export default startTestServer;
