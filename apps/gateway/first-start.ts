import { Injectable } from '@nestjs/common';
import { ConfigurationError, type ConfigFile, type DeclaredBackend, type DeclaredPlatform } from '#config';
import {
  BackendStore,
  ChangeBackend,
  CredentialDirectory,
  operatorDid,
  PasswordDigests,
  type PasswordOrigin,
  PlatformStore,
  RegisterBackend,
  RegisterPlatform,
  type Backend,
  type Operator,
  type Platform,
} from '#core';
import { BrokerError } from '#sdk';

const GATEWAY: Operator = { name: 'configuration' };

const BUNDLED: readonly DeclaredBackend[] = [
  { name: 'demo', type: 'demo', enabled: true, settings: {} },
  { name: 'postgresql', type: 'postgresql', enabled: true, settings: {} },
];

/** The platform that is there without a configuration file. */
export interface FirstPlatform extends DeclaredPlatform {
  /** Nobody chose the password: one that the platform has already is not replaced by it. */
  readonly isPasswordMadeUp: boolean;
  readonly passwordOrigin?: PasswordOrigin;
}

/** Brings what the configuration declares into the store: at the first start, and whenever it changed. */
@Injectable()
export class FirstStart {
  constructor(
    private readonly backends: BackendStore,
    private readonly platforms: PlatformStore,
    private readonly directory: CredentialDirectory,
    private readonly digests: PasswordDigests,
    private readonly registerBackend: RegisterBackend,
    private readonly changeBackend: ChangeBackend,
    private readonly registerPlatform: RegisterPlatform,
  ) {}

  /**
   * Without a configuration file, the first start offers the two bundled backends; what operators do later stays.
   *
   * @returns whether the first platform can sign in with its password
   * @throws ConfigurationError that names what is declared wrongly
   */
  async apply(config: ConfigFile | undefined, platform: FirstPlatform): Promise<boolean> {
    const bringIn = async (): Promise<boolean> => {
      const signsIn = await declaredIn('PLATFORM_NAME, PLATFORM_USERNAME', () => this.keepFirstPlatform(platform));
      await declaredIn('CONFIG_FILE', () => this.keepDeclared(config));
      return signsIn;
    };
    // Other replicas that start at the same moment may be faster with each of these: it is found the next time.
    const platforms = 1 + (config?.platforms.length ?? 0);
    for (let retries = platforms + (config?.backends ?? BUNDLED).length; retries > 0; retries -= 1) {
      const signsIn = await bringIn().catch(() => undefined);
      if (signsIn !== undefined) return signsIn;
    }
    return bringIn();
  }

  private async keepFirstPlatform({ isPasswordMadeUp, ...platform }: FirstPlatform): Promise<boolean> {
    const { name, username, password } = platform;
    const known = await this.platformOf(name);
    if (!isPasswordMadeUp || !known) {
      await this.keepPlatform(platform);
      return true;
    }
    if (known.usernames.includes(username)) return this.isPassword(username, password);
    await this.keepCredential(known, platform, (...credential) => this.platforms.addCredential(...credential));
    return true;
  }

  private async keepDeclared(config: ConfigFile | undefined): Promise<void> {
    for (const platform of config?.platforms ?? []) await this.keepPlatform(platform);
    const known = await this.backends.all();
    const declared = config?.backends ?? (known.length === 0 ? BUNDLED : []);
    for (const backend of declared) await this.keepBackend(backend, known);
  }

  private async keepPlatform(platform: DeclaredPlatform & Pick<FirstPlatform, 'passwordOrigin'>): Promise<void> {
    const { name, username, password } = platform;
    const known = await this.platformOf(name);
    if (!known) {
      await this.registerPlatform.execute({ operator: GATEWAY, ...platform });
      return;
    }
    if (known.usernames.includes(username) && (await this.isPassword(username, password))) return;
    await this.keepCredential(known, platform, (...credential) => this.platforms.putCredential(...credential));
  }

  private async platformOf(name: string): Promise<Platform | undefined> {
    return (await this.platforms.all()).find((platform) => platform.name === name);
  }

  private async keepCredential(
    { id }: Platform,
    { name, username, password, passwordOrigin = 'chosen' }: DeclaredPlatform & Pick<FirstPlatform, 'passwordOrigin'>,
    keep: PlatformStore['putCredential'],
  ): Promise<void> {
    const audit = operatorDid(GATEWAY, 'platform.credential', `platform ${name}`, { after: { username } });
    const kept = await keep(id, { username, digest: await this.digests.digest(password, passwordOrigin) }, audit);
    if (kept === 'kept') return;
    throw new BrokerError('Conflict', `platform "${name}": the username "${username}" belongs to another platform`);
  }

  private async isPassword(username: string, password: string): Promise<boolean> {
    const stored = await this.directory.find(username);
    return stored !== undefined && (await this.digests.verify(password, stored.digest));
  }

  private async keepBackend({ name, type, enabled, settings }: DeclaredBackend, known: readonly Backend[]): Promise<void> {
    const existing = known.find((backend) => backend.name === name);
    if (!existing) {
      await ofBackend(name, () => this.registerBackend.execute({ operator: GATEWAY, name, type, settings, enabled }));
    } else if (existing.type !== type) {
      const text = `backend "${name}" is of type "${existing.type}" for good; give the one of type "${type}" another name`;
      throw new BrokerError('BadRequest', text);
    } else if (JSON.stringify(existing.settings) !== JSON.stringify(settings)) {
      await ofBackend(name, () => this.changeBackend.execute(GATEWAY, existing, 'change', { settings }));
    }
  }
}

/** Says which backend of the file is meant. */
async function ofBackend(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw isWrong(error) ? new BrokerError(error.code, `backend "${name}": ${error.description}`) : error;
  }
}

/** Turns what the use cases refuse into a line that names its source. */
async function declaredIn<T>(source: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isWrong(error) ? new ConfigurationError(`${source}: ${error.description}. Correct it.`) : error;
  }
}

function isWrong(error: unknown): error is BrokerError {
  return error instanceof BrokerError && (error.code === 'BadRequest' || error.code === 'Conflict');
}
