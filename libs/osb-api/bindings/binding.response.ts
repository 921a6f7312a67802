import { PLATFORM_PROFILES, type Caller } from '#core';
import type { FetchedBinding } from '#sdk';

const ENDPOINTS_SINCE_MINOR = 15;

/**
 * OSB 2.17, Binding: the body. `endpoints` only for clients of their version, and kinds of platform that read
 * ports written as text.
 * What the spec does not name comes first, so that it can never stand for what it names.
 */
export function bindingResponse(binding: FetchedBinding, { apiMinor, platform }: Caller): Record<string, unknown> {
  return {
    ...binding.extensions,
    metadata: binding.metadata,
    credentials: binding.credentials,
    syslog_drain_url: binding.syslogDrainUrl,
    route_service_url: binding.routeServiceUrl,
    volume_mounts: binding.volumeMounts,
    endpoints: apiMinor >= ENDPOINTS_SINCE_MINOR && PLATFORM_PROFILES[platform.kind].endpoints ? binding.endpoints : undefined,
    parameters: binding.parameters,
  };
}
