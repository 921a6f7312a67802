import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { PlatformEntity } from './platform.entity.js';

@Entity('platform_credential')
@Unique('platform_credential_username_uq', ['username'])
@Index('platform_credential_platform_id_ix', ['platformId'])
export class PlatformCredentialEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'platform_credential_id_pk' })
  id!: string;

  @Column('uuid', { name: 'platform_id' })
  platformId!: string;

  @ManyToOne(() => PlatformEntity, (platform) => platform.credentials, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'platform_id', foreignKeyConstraintName: 'platform_credential_platform_id_fk' })
  platform!: Relation<PlatformEntity>;

  @Column('text')
  username!: string;

  @Column('text')
  digest!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'osb_now()' })
  createdAt!: Date;
}
