import { Injectable } from '@nestjs/common';
import { BrokerError, type PlatformKind } from '#sdk';
import { operatorDid, type Operator } from '../audit/admin-event.js';
import { newUuid } from '../ids/ids.js';
import { PasswordDigests, type PasswordOrigin } from './credential-directory.js';
import { PlatformStore } from './platform-store.js';
import type { Platform } from './platform.js';

export interface RegisterPlatformCommand {
  readonly operator: Operator;
  readonly name: string;
  readonly kind: PlatformKind;
  readonly username: string;
  readonly password: string;
  /** `chosen` where it does not say. */
  readonly passwordOrigin?: PasswordOrigin;
}

/** Adds a platform with its first credential. */
@Injectable()
export class RegisterPlatform {
  constructor(
    private readonly platforms: PlatformStore,
    private readonly digests: PasswordDigests,
  ) {}

  /** @throws BrokerError Conflict for a name or username in use */
  async execute({ operator, name, kind, username, password, passwordOrigin = 'chosen' }: RegisterPlatformCommand): Promise<Platform> {
    const platform = { id: newUuid(), name, kind };
    const credential = { username, digest: await this.digests.digest(password, passwordOrigin) };
    const audit = operatorDid(operator, 'platform.register', `platform ${name}`, { after: { name, kind, username } });
    const inserted = await this.platforms.insert(platform, credential, audit);
    if (inserted === 'name taken') throw new BrokerError('Conflict', `a platform named "${name}" is registered already`);
    if (inserted === 'username taken') throw new BrokerError('Conflict', `the username "${username}" is in use already`);
    return { ...platform, usernames: [username], createdAt: new Date() };
  }
}
