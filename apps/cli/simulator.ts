import { parseArgs } from 'node:util';
import { createSimulator, startBroker, StateFile } from '#backends/simulator';

const USAGE = `Runs the simulator backend as a service broker of its own.

  npm run simulator -- [options]

  --port <number>          port to listen on (9000; 0 is any free one)
  --host <address>         address to listen on (127.0.0.1)
  --username <name>        user name platforms must send; without it everybody is let in
  --password <password>    password platforms must send
  --name <name>            name of the offering; ids are made of it (simulator)
  --state <file>           file that keeps instances and bindings over a restart
  --api-version <version>  newest version to speak, as in 2.14; a newer one is answered with 412
  --help                   this text`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '9000' },
      host: { type: 'string', default: '127.0.0.1' },
      username: { type: 'string' },
      password: { type: 'string' },
      name: { type: 'string', default: 'simulator' },
      state: { type: 'string' },
      'api-version': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const { port, host, username, password, name, state, 'api-version': apiVersion } = values;
  if ((username === undefined) !== (password === undefined)) throw new Error('give both --username and --password');
  const file = state === undefined ? undefined : new StateFile(state);
  const backend = createSimulator({ serviceName: name, permissionsOffering: true }, file?.section('simulator'));
  const broker = await startBroker({
    backend,
    ledger: backend.ledger,
    port: portNumber(port),
    host,
    ...(username === undefined || password === undefined ? {} : { username, password }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(file === undefined ? {} : { store: file.section('broker') }),
  });
  console.log(`Simulator "${name}" is ready at ${broker.url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void broker.close());
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`--port must be a number from 0 to 65535, not "${text}"`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
