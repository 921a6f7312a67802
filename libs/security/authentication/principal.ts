import type { PlatformRef } from '#sdk';
import { BrokerError } from '#sdk';

/** An operator of the gateway. */
export interface AdminRef {
  readonly username: string;
}

export interface PlatformPrincipal {
  readonly kind: 'platform';
  readonly platform: PlatformRef;
}

export interface AdminPrincipal extends AdminRef {
  readonly kind: 'admin';
}

/** Who asks. */
export type Principal = PlatformPrincipal | AdminPrincipal;

export type PrincipalKind = Principal['kind'];

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read, on every route that is not open. */
    principal?: Principal;
  }
}

/** @throws BrokerError `Unauthorized` when nobody of that kind was authenticated for this request */
export function principalOf<K extends PrincipalKind>(
  request: { readonly principal?: Principal },
  kind: K,
): Extract<Principal, { kind: K }> {
  const { principal } = request;
  if (principal?.kind !== kind) throw new BrokerError('Unauthorized', `this needs the credentials of ${NEEDED[kind]}`);
  return principal as Extract<Principal, { kind: K }>;
}

const NEEDED: Record<PrincipalKind, string> = { platform: 'a registered platform', admin: 'an administrator' };
