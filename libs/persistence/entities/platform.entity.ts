import { Check, Column, Entity, OneToMany, PrimaryColumn, type Relation, Unique } from 'typeorm';
import type { PlatformKind } from '#sdk';
import { PlatformCredentialEntity } from './platform-credential.entity.js';

@Entity('platform')
@Unique('platform_name_uq', ['name'])
@Check('platform_kind_ck', `kind in ('cloudfoundry', 'kubernetes', 'other')`)
export class PlatformEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'platform_id_pk' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  kind!: PlatformKind;

  @Column('timestamptz', { name: 'created_at', default: () => 'osb_now()' })
  createdAt!: Date;

  @OneToMany(() => PlatformCredentialEntity, (credential) => credential.platform)
  credentials!: Relation<PlatformCredentialEntity[]>;
}
