import type { AddressGuard } from '#sdk';
import type { Authorization } from './authorization.js';
import { OAuth2Authorization } from './oauth2-authorization.js';
import type { OsbSettings } from './settings.js';

/** As the settings say: one of four kinds. */
export function authorizationOf(settings: OsbSettings, addresses: AddressGuard): Authorization {
  const { username, password, bearerToken, oauth2 } = settings;
  if (oauth2 !== undefined) return new OAuth2Authorization(oauth2, addresses, settings.connectTimeoutMs);
  if (bearerToken !== undefined) return fixed(`Bearer ${bearerToken}`);
  if (username === undefined) return fixed(undefined);
  return fixed(`Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`);
}

function fixed(header: string | undefined): Authorization {
  return { header: () => Promise.resolve(header), refused: () => false, hide: (text) => text, close: () => Promise.resolve() };
}
