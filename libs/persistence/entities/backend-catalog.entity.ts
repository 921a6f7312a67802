import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import { BackendEntity } from './backend.entity.js';

@Entity('backend_catalog')
export class BackendCatalogEntity {
  @PrimaryColumn('uuid', { name: 'backend_id', primaryKeyConstraintName: 'backend_catalog_backend_id_pk' })
  backendId!: string;

  @OneToOne(() => BackendEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'backend_id', foreignKeyConstraintName: 'backend_catalog_backend_id_fk' })
  backend!: Relation<BackendEntity>;

  /** Sealed: a catalog may hold the secret of a dashboard client. */
  @Column('bytea', { nullable: true })
  body!: Buffer | null;

  @Column('timestamptz', { name: 'fetched_at', nullable: true })
  fetchedAt!: Date | null;

  @Column('timestamptz', { name: 'attempted_at', nullable: true })
  attemptedAt!: Date | null;

  @Column('text', { nullable: true })
  failure!: string | null;
}
