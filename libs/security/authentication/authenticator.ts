import type { CredentialDirectory, PasswordDigests } from '#core';
import type { PlatformRef } from '#sdk';
import { clientAddress } from './client-address.js';
import { HeaderVerifier } from './header-verifier.js';
import type { Credential } from './known-credentials.js';
import type { AdminPrincipal, AdminRef, PlatformPrincipal, Principal, PrincipalKind } from './principal.js';

/** The administrator's credentials, from the configuration. */
export abstract class AdminCredential {
  abstract readonly username: string;
  /** An argon2id digest in PHC string format. */
  abstract readonly passwordDigest: string;
}

/** Tells who asks, from the `Authorization` header. Platforms and administrators never pass for one another. */
export class Authenticator {
  readonly #platforms: HeaderVerifier<PlatformPrincipal>;
  readonly #admins: HeaderVerifier<AdminPrincipal>;

  /** `now` in milliseconds, steadily rising. */
  constructor(
    directory: CredentialDirectory,
    admin: AdminCredential,
    digests: PasswordDigests,
    now: () => number = () => performance.now(),
  ) {
    this.#platforms = new HeaderVerifier((username) => findPlatform(directory, username), digests, now);
    this.#admins = new HeaderVerifier((username) => findAdmin(admin, username), digests, now);
  }

  /** Who sent it, when this very header was verified within the last minute. Takes microseconds. */
  recall(kind: PrincipalKind, header: string | undefined): Principal | undefined {
    return kind === 'platform' ? this.#platforms.recall(header) : this.#admins.recall(header);
  }

  /**
   * The platform whose credentials these are; undefined when they are not good. While the directory is away, what was
   * known last stays valid.
   *
   * @param address the client's IP address, for slowing down guessing
   * @throws BrokerError `Unauthorized` after too many wrong passwords, `Unavailable` when it cannot be told now
   */
  async verifyPlatform(header: string | undefined, address: string): Promise<PlatformRef | undefined> {
    return (await this.#platforms.verify(header, clientAddress(address)))?.platform;
  }

  /** The administrator whose credentials these are; otherwise as {@link verifyPlatform}. */
  async verifyAdmin(header: string | undefined, address: string): Promise<AdminRef | undefined> {
    return this.#admins.verify(header, clientAddress(address));
  }

  /** To be called when a platform's credentials changed or ended; without a username, when that cannot be told. */
  forget(username?: string): void {
    this.#platforms.forget(username);
  }
}

async function findPlatform(
  directory: CredentialDirectory,
  username: string,
): Promise<Credential<PlatformPrincipal> | undefined> {
  const stored = await directory.find(username);
  if (stored === undefined) return undefined;
  const { platform, digest, version } = stored;
  return { subject: { kind: 'platform', platform }, digest, version };
}

async function findAdmin(admin: AdminCredential, username: string): Promise<Credential<AdminPrincipal> | undefined> {
  if (username !== admin.username) return undefined;
  const { passwordDigest } = admin;
  return { subject: { kind: 'admin', username }, digest: passwordDigest, version: passwordDigest };
}
