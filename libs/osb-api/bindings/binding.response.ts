import type { FetchedBinding } from '#sdk';

const ENDPOINTS_SINCE_MINOR = 15;

/**
 * OSB 2.17, Binding: the body. `endpoints` only for clients of their version: older ones fail on ports written as text.
 * What the spec does not name comes first, so that it can never stand for what it names.
 */
export function bindingResponse(binding: FetchedBinding, apiMinor: number): Record<string, unknown> {
  return {
    ...binding.extensions,
    metadata: binding.metadata,
    credentials: binding.credentials,
    syslog_drain_url: binding.syslogDrainUrl,
    route_service_url: binding.routeServiceUrl,
    volume_mounts: binding.volumeMounts,
    endpoints: apiMinor >= ENDPOINTS_SINCE_MINOR ? binding.endpoints : undefined,
    parameters: binding.parameters,
  };
}
