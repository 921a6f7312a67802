import type { AddressGuard } from '#sdk';
import { hostRefusal } from './guarded-socket.js';
import type { PostgresqlServer } from './server.js';
import { serverOfUrl } from './server-of-url.js';
import type { PostgresqlSettings } from './settings.js';

/**
 * Where instances are: on the server the settings name, on the embedded one for tenants, or on the one that keeps the
 * gateway's record, where release 0.1 made them. By role and not by address, so that a server may move.
 */
export const SERVER_ROLES = ['named', 'embedded', 'record'] as const;
export type ServerRole = (typeof SERVER_ROLES)[number];

/**
 * The servers that settings describe. `publicHost` and `publicPort` are of the server for new instances, or of the
 * record's where there is no other.
 *
 * @throws Error when the address guard refuses the named host, or a file of the record's URL cannot be read
 */
export function serversOfSettings(settings: PostgresqlSettings, addresses: AddressGuard): Map<ServerRole, PostgresqlServer> {
  const { embeddedServer, recordServer, publicHost, publicPort } = settings;
  const servers = new Map<ServerRole, PostgresqlServer>();
  const seen = (): Partial<PostgresqlServer> => (servers.size === 0 ? { publicHost, publicPort } : {});
  const named = namedServer(settings, addresses);
  if (named) servers.set('named', { ...named, ...seen() });
  if (embeddedServer) {
    const { username: user, ...server } = embeddedServer;
    servers.set('embedded', { ...server, user, dedicated: true, ...seen() });
  }
  if (recordServer) {
    const { url, dedicated } = recordServer;
    servers.set('record', { ...serverOfUrl(url), dedicated, ...seen() });
  }
  return servers;
}

function namedServer(settings: PostgresqlSettings, addresses: AddressGuard): PostgresqlServer | undefined {
  const { host, port = 5432, username, password, database, ssl, caCertificate, dedicated, dataDirectory } = settings;
  if (host === undefined || username === undefined || password === undefined) return undefined;
  const reason = hostRefusal(host, addresses);
  if (reason !== undefined) throw new Error(`host: ${reason}`);
  return { host, port, user: username, password, database, ssl, caCertificate, dedicated, dataDirectory, addresses };
}
