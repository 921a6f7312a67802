import { Injectable } from '@nestjs/common';
import {
  newUuid,
  PlatformStore,
  type AuditEvent,
  type CredentialDirectory,
  type NewCredential,
  type Platform,
  type StoredCredential,
} from '#core';
import { PlatformCredentialEntity } from '../entities/platform-credential.entity.js';
import { kindColumns, kindOf, PlatformEntity } from '../entities/platform.entity.js';
import { Orm } from '../orm.js';
import { violates } from '../violations.js';
import { appendAudit } from './postgres-audit-trail.js';

/** Platforms and their credentials in Postgres. */
@Injectable()
export class PostgresPlatformStore extends PlatformStore implements CredentialDirectory {
  constructor(private readonly orm: Orm) {
    super();
  }

  async all(): Promise<Platform[]> {
    const order = { createdAt: 'ASC', id: 'ASC', credentials: { createdAt: 'ASC', id: 'ASC' } } as const;
    const found = await this.orm.run((manager) => manager.find(PlatformEntity, { relations: { credentials: true }, order }));
    return found.map((platform) => ({
      id: platform.id,
      name: platform.name,
      kind: kindOf(platform),
      createdAt: platform.createdAt,
      usernames: platform.credentials.map(({ username }) => username),
    }));
  }

  async insert(
    platform: Pick<Platform, 'id' | 'name' | 'kind'>,
    credential: NewCredential,
    audit: AuditEvent,
  ): Promise<'inserted' | 'name taken' | 'username taken'> {
    const { id, name, kind } = platform;
    try {
      await this.orm.transaction(async (manager) => {
        await manager.insert(PlatformEntity, { id, name, ...kindColumns(kind) });
        await manager.insert(PlatformCredentialEntity, { id: newUuid(), platformId: id, ...credential });
        await appendAudit(manager, audit);
      });
      return 'inserted';
    } catch (error) {
      if (violates(error, 'platform_name_uq')) return 'name taken';
      if (violates(error, 'platform_credential_username_uq')) return 'username taken';
      throw error;
    }
  }

  async addCredential(platformId: string, credential: NewCredential, audit: AuditEvent): Promise<'kept' | 'username taken'> {
    try {
      await this.orm.transaction(async (manager) => {
        await manager.insert(PlatformCredentialEntity, { id: newUuid(), platformId, ...credential });
        await appendAudit(manager, audit);
      });
      return 'kept';
    } catch (error) {
      if (violates(error, 'platform_credential_username_uq')) return 'username taken';
      throw error;
    }
  }

  async putCredential(platformId: string, { username, digest }: NewCredential, audit: AuditEvent): Promise<'kept' | 'username taken'> {
    try {
      return await this.orm.transaction(async (manager) => {
        const known = await manager.findOne(PlatformCredentialEntity, { where: { username } });
        if (known && known.platformId !== platformId) return 'username taken' as const;
        if (known) await manager.update(PlatformCredentialEntity, { id: known.id }, { digest });
        else await manager.insert(PlatformCredentialEntity, { id: newUuid(), platformId, username, digest });
        await appendAudit(manager, audit);
        return 'kept' as const;
      });
    } catch (error) {
      if (violates(error, 'platform_credential_username_uq')) return 'username taken';
      throw error;
    }
  }

  async find(username: string): Promise<StoredCredential | undefined> {
    const found = await this.orm.run((manager) =>
      manager.findOne(PlatformCredentialEntity, { where: { username }, relations: { platform: true } }),
    );
    if (!found) return undefined;
    const { id, name } = found.platform;
    return { platform: { id, name, kind: kindOf(found.platform) }, digest: found.digest, version: found.digest };
  }
}
