import { ConfigurationError, loadEnvironment } from '#config';
import { request } from 'undici';
import { platformLogin } from './tour/platform-login.js';
import { runTour } from './tour/run-tour.js';

const HELLO_MS = 5_000;

/** `npm run tour`: plays platforms against a running gateway. Ends with 1 on the first surprise. */
async function main(): Promise<number> {
  const environment = loadEnvironment();
  const { gatewayUrl: url } = environment;
  if (!(await isThere(url))) {
    console.error(`No gateway answers at ${url}. Start one with "npm start" first, or set GATEWAY_URL.`);
    return 1;
  }
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const login = await platformLogin(environment);
  return (await runTour({ url, login, signal: stop.signal }, (line) => console.log(line))) ? 0 : 1;
}

async function isThere(url: string): Promise<boolean> {
  try {
    const { body } = await request(`${url.replace(/\/$/, '')}/health/live`, { signal: AbortSignal.timeout(HELLO_MS) });
    await body.dump();
    return true;
  } catch {
    return false;
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof ConfigurationError ? error.message : error);
    process.exit(1);
  },
);
