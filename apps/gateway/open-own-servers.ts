import type { Environment } from '#config';
import type { Journal } from '#core';
import type { DataDir } from './data-dir.js';
import { startEmbeddedServers } from './embedded-servers.js';
import type { OwnServers } from './own-servers.js';

/** The server that `DATABASE_URL` names, or two embedded ones that are started, or attached to, side by side. */
export async function openOwnServers({ databaseUrl: url }: Environment, dataDir: DataDir, journal: Journal): Promise<OwnServers> {
  if (url === undefined) return startEmbeddedServers(dataDir, journal);
  const nothing = async (): Promise<void> => undefined;
  return { recordUrl: url, started: nothing, settings: () => ({ recordServer: { url } }), onChange: () => undefined, stop: nothing };
}
