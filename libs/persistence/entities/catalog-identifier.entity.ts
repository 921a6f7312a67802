import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { IdentifierKind } from '#core';
import { BackendEntity } from './backend.entity.js';

@Entity('catalog_identifier')
@Index('catalog_identifier_backend_id_ix', ['backendId'])
@Check('catalog_identifier_kind_ck', `kind in ('service id', 'service name', 'plan id', 'dashboard client id')`)
export class CatalogIdentifierEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'catalog_identifier_kind_value_pk' })
  kind!: IdentifierKind;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'catalog_identifier_kind_value_pk' })
  value!: string;

  @Column('uuid', { name: 'backend_id' })
  backendId!: string;

  @ManyToOne(() => BackendEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'backend_id', foreignKeyConstraintName: 'catalog_identifier_backend_id_fk' })
  backend!: Relation<BackendEntity>;

  @Column('text', { name: 'service_id' })
  serviceId!: string;

  @Column('timestamptz', { name: 'claimed_at', default: () => 'osb_now()' })
  claimedAt!: Date;
}
