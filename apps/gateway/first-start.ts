import { Injectable } from '@nestjs/common';
import { ConfigurationError, type ConfigFile, type DeclaredBackend, type DeclaredPlatform } from '#config';
import {
  BackendStore,
  ChangeBackend,
  CredentialDirectory,
  operatorDid,
  PasswordDigests,
  PlatformStore,
  RegisterBackend,
  RegisterPlatform,
  type Backend,
  type Operator,
} from '#core';
import { BrokerError } from '#sdk';

const GATEWAY: Operator = { name: 'configuration' };

const BUNDLED: readonly DeclaredBackend[] = [
  { name: 'demo', type: 'demo', enabled: true, settings: {} },
  { name: 'postgresql', type: 'postgresql', enabled: true, settings: {} },
];

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
   * @throws ConfigurationError that names what is declared wrongly
   */
  async apply(config: ConfigFile | undefined, platform: DeclaredPlatform): Promise<void> {
    const bringIn = async (): Promise<void> => {
      await declaredIn('PLATFORM_NAME, PLATFORM_USERNAME', () => this.keepPlatform(platform));
      await declaredIn('CONFIG_FILE', () => this.keepDeclared(config));
    };
    // Other replicas that start at the same moment may be faster with each of these: it is found the next time.
    const platforms = 1 + (config?.platforms.length ?? 0);
    for (let retries = platforms + (config?.backends ?? BUNDLED).length; retries > 0; retries -= 1) {
      if (await bringIn().then(() => true, () => false)) return;
    }
    await bringIn();
  }

  private async keepDeclared(config: ConfigFile | undefined): Promise<void> {
    for (const platform of config?.platforms ?? []) await this.keepPlatform(platform);
    const known = await this.backends.all();
    const declared = config?.backends ?? (known.length === 0 ? BUNDLED : []);
    for (const backend of declared) await this.keepBackend(backend, known);
  }

  private async keepPlatform({ name, kind, username, password }: DeclaredPlatform): Promise<void> {
    const known = (await this.platforms.all()).find((platform) => platform.name === name);
    if (!known) {
      await this.registerPlatform.execute({ operator: GATEWAY, name, kind, username, password });
      return;
    }
    if (known.usernames.includes(username) && (await this.isPassword(username, password))) return;
    const audit = operatorDid(GATEWAY, 'platform.credential', `platform ${name}`, { after: { username } });
    const kept = await this.platforms.putCredential(known.id, { username, digest: await this.digests.digest(password) }, audit);
    if (kept === 'username taken') {
      throw new BrokerError('Conflict', `platform "${name}": the username "${username}" belongs to another platform`);
    }
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
async function declaredIn(source: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw isWrong(error) ? new ConfigurationError(`${source}: ${error.description}. Correct it.`) : error;
  }
}

function isWrong(error: unknown): error is BrokerError {
  return error instanceof BrokerError && (error.code === 'BadRequest' || error.code === 'Conflict');
}
