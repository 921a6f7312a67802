import type { PlatformRef } from '#sdk';

/** What is known of one username. */
export interface StoredCredential {
  readonly platform: PlatformRef;
  /** Digest of the password, in PHC string format. */
  readonly digest: string;
  /** Changes whenever the password or the right to use it changes. */
  readonly version: string;
}

/** Finds the platform behind a username. */
export abstract class CredentialDirectory {
  /** Undefined when nobody has that username. Rejects only when the directory itself cannot answer. */
  abstract find(username: string): Promise<StoredCredential | undefined>;
}

/** `chosen` by people: it can be guessed, so that its digest is slow. `generated`: 256 random bits, which nobody can try. */
export type PasswordOrigin = 'chosen' | 'generated';

/** Salted digests of passwords. */
export abstract class PasswordDigests {
  /** A new digest with a new salt, in PHC string format. */
  abstract digest(password: string, origin: PasswordOrigin): Promise<string>;

  /** Whether the password made the digest. Rejects when the digest itself is not readable. */
  abstract verify(password: string, digest: string): Promise<boolean>;

  /** Whether checking a password against it takes microseconds: one of a generated password. */
  abstract isQuick(digest: string): boolean;
}
