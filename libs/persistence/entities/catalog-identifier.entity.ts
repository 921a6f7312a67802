import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import type { IdentifierKind } from '#core';
import { BackendEntity } from './backend.entity.js';

@Entity('catalog_identifier')
// Over an expression, which decorators cannot say; see the migration.
@Index('catalog_identifier_kind_value_uq', { synchronize: false })
@Index('catalog_identifier_backend_id_ix', ['backendId'])
@Check('catalog_identifier_kind_ck', `kind in ('service id', 'service name', 'plan id', 'dashboard client id')`)
export class CatalogIdentifierEntity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'catalog_identifier_id_pk' })
  id!: string;

  @Column('text')
  kind!: IdentifierKind;

  @Column('text')
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
