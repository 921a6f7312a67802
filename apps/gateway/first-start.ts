import { Injectable } from '@nestjs/common';
import type { ConfigFile, DeclaredBackend, DeclaredPlatform } from '#config';
import {
  BackendStore,
  ChangeBackend,
  CredentialDirectory,
  operatorDid,
  PasswordDigests,
  PlatformStore,
  RegisterBackend,
  RegisterPlatform,
  type Operator,
} from '#core';

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

  /** Without a configuration file, the first start offers the two bundled backends; what operators do later stays. */
  async apply(config: ConfigFile | undefined, platform: DeclaredPlatform): Promise<void> {
    for (const declared of [platform, ...(config?.platforms ?? [])]) await this.keepPlatform(declared);
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
    if (await this.isKnown(username, password)) return;
    const audit = operatorDid(GATEWAY, 'platform.credential', `platform ${name}`, { after: { username } });
    await this.platforms.putCredential(known.id, { username, digest: await this.digests.digest(password) }, audit);
  }

  private async isKnown(username: string, password: string): Promise<boolean> {
    const stored = await this.directory.find(username);
    return stored !== undefined && (await this.digests.verify(password, stored.digest));
  }

  private async keepBackend(declared: DeclaredBackend, known: Awaited<ReturnType<BackendStore['all']>>): Promise<void> {
    const { name, type, enabled, settings } = declared;
    const existing = known.find((backend) => backend.name === name);
    if (!existing) {
      await this.registerBackend.execute({ operator: GATEWAY, name, type, settings, enabled });
    } else if (JSON.stringify(existing.settings) !== JSON.stringify(settings)) {
      await this.changeBackend.execute(GATEWAY, existing, 'change', { settings });
    }
  }
}
