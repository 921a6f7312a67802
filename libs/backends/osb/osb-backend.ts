import type { BackendType } from '#sdk';
import { AddressGuard } from './address-guard.js';
import { BrokerClient } from './broker-client.js';
import { type ResolveHost, resolveBySystem } from './guarded-connector.js';
import { OsbServiceBackend } from './osb-service-backend.js';
import { type OsbSettings, osbSettings } from './settings.js';

export interface OsbBackendOptions {
  /**
   * Hosts that may be called although their address is a loopback, link-local or metadata one: names, IP addresses or
   * CIDR ranges.
   */
  readonly allowedHosts: readonly string[];
  /** How names become addresses. Default: the system's resolver. */
  readonly resolve?: ResolveHost;
}

/**
 * The backend type `osb`: a service broker of OSB API 2.11 to 2.17 reached over HTTP.
 *
 * @throws Error when an allowed host cannot be understood
 */
export function osbBackend({ allowedHosts, resolve = resolveBySystem }: OsbBackendOptions): BackendType<OsbSettings> {
  const guard = new AddressGuard(allowedHosts);
  return {
    type: 'osb',
    description: 'An existing service broker (OSB API 2.11 to 2.17), reached over HTTP.',
    settings: osbSettings,
    create(settings, environment) {
      const reason = guard.refusalOfLiteral(new URL(settings.url).hostname);
      if (reason !== undefined) throw new Error(`url: ${reason}`);
      return new OsbServiceBackend(settings, new BrokerClient(settings, guard, resolve), environment.log);
    },
  };
}
