import type { BackendType } from '#sdk';
import { BrokerClient } from './broker-client.js';
import { OsbServiceBackend } from './osb-service-backend.js';
import { type OsbSettings, osbSettings } from './settings.js';

/** The backend type `osb`: a service broker of OSB API 2.11 to 2.17 reached over HTTP. */
export const osbBackend: BackendType<OsbSettings> = {
  type: 'osb',
  description: 'An existing service broker (OSB API 2.11 to 2.17), reached over HTTP.',
  settings: osbSettings,
  create(settings, { addresses, log }) {
    const urls = { url: settings.url, ...(settings.oauth2 && { 'oauth2.tokenUrl': settings.oauth2.tokenUrl }) };
    for (const [name, url] of Object.entries(urls)) {
      const reason = addresses.refusalOfLiteral(new URL(url).hostname);
      if (reason !== undefined) throw new Error(`${name}: ${reason}`);
    }
    return new OsbServiceBackend(settings, new BrokerClient(settings, addresses), log);
  },
};
