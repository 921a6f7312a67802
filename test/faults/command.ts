import { startTestServer, stopTestServer } from '../support/test-server.js';

/** Runs a command of the bench to its end: its exit code is what it gives, or 2 when it could not be run. */
export function runCommand(main: () => Promise<number>): void {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(2);
    },
  );
}

/** Prints a line; the exit code of a command that has said all there was to say. */
export function say(text: string): 0 {
  process.stdout.write(`${text}\n`);
  return 0;
}

/** The value of an option that counts. */
export function whole(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`--${name} must be a whole number above 0, not "${text}"`);
}

/** With a Postgres that lives as long as this. */
export async function onTestServer<T>(story: () => Promise<T>): Promise<T> {
  await startTestServer();
  try {
    return await story();
  } finally {
    await stopTestServer();
  }
}
