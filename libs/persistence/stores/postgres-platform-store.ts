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
import { DataSource } from 'typeorm';
import { PlatformCredentialEntity } from '../entities/platform-credential.entity.js';
import { PlatformEntity } from '../entities/platform.entity.js';
import { violates } from '../sql.js';
import { appendAudit } from './postgres-audit-trail.js';

/** Platforms and their credentials in Postgres. */
@Injectable()
export class PostgresPlatformStore extends PlatformStore implements CredentialDirectory {
  constructor(private readonly database: DataSource) {
    super();
  }

  async all(): Promise<Platform[]> {
    const found = await this.database.getRepository(PlatformEntity).find({
      relations: { credentials: true },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    return found.map(({ id, name, kind, createdAt, credentials }) => ({
      id,
      name,
      kind,
      createdAt,
      usernames: credentials.map(({ username }) => username),
    }));
  }

  async insert(
    platform: Pick<Platform, 'id' | 'name' | 'kind'>,
    credential: NewCredential,
    audit: AuditEvent,
  ): Promise<'inserted' | 'name taken' | 'username taken'> {
    const { id, name, kind } = platform;
    try {
      await this.database.transaction(async (manager) => {
        await manager.insert(PlatformEntity, { id, name, kind });
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

  async putCredential(platformId: string, { username, digest }: NewCredential, audit: AuditEvent): Promise<'kept' | 'username taken'> {
    return this.database.transaction(async (manager) => {
      const known = await manager.findOne(PlatformCredentialEntity, { where: { username } });
      if (known && known.platformId !== platformId) return 'username taken' as const;
      if (known) await manager.update(PlatformCredentialEntity, { id: known.id }, { digest });
      else await manager.insert(PlatformCredentialEntity, { id: newUuid(), platformId, username, digest });
      await appendAudit(manager, audit);
      return 'kept' as const;
    });
  }

  async find(username: string): Promise<StoredCredential | undefined> {
    const found = await this.database.getRepository(PlatformCredentialEntity).findOne({
      where: { username },
      relations: { platform: true },
    });
    if (!found) return undefined;
    const { id, name, kind } = found.platform;
    return { platform: { id, name, kind }, digest: found.digest, version: found.digest };
  }
}
