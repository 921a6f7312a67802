import type { PlatformKind } from '#sdk';

/** A registered platform. Its instances are its own: no other platform can see or touch them. */
export interface Platform {
  readonly id: string;
  readonly name: string;
  readonly kind: PlatformKind;
  readonly usernames: readonly string[];
  readonly createdAt: Date;
}
