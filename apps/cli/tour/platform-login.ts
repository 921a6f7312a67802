import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, type Environment } from '#config';
import { z } from 'zod';
import type { Login } from './exchange.js';

const madeLogins = z.object({ platform: z.string().min(1) });

/** The login of the first platform: as configured, else as the gateway made it up. */
export async function platformLogin({ platform, dataDir }: Environment): Promise<Login> {
  const { username, password } = platform;
  return { username, password: password ?? (await madePassword(join(dataDir, 'credentials.json'))) };
}

async function madePassword(file: string): Promise<string> {
  try {
    return madeLogins.parse(JSON.parse(await readFile(file, 'utf8'))).platform;
  } catch {
    const wayOut = 'Set PLATFORM_PASSWORD, or DATA_DIR to the folder of the gateway.';
    throw new ConfigurationError(`There is no password of the platform in ${file}. ${wayOut}`);
  }
}
