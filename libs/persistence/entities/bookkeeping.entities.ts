import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: the oldest release that may run on this schema. */
@Entity('schema_marker')
@Check('schema_marker_id_ck', 'id = 1')
export class SchemaMarkerEntity {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'schema_marker_id_pk' })
  id!: number;

  @Column('text', { name: 'oldest_release' })
  oldestRelease!: string;
}

/** One row: counts changes of what is published. */
@Entity('catalog_revision')
@Check('catalog_revision_id_ck', 'id = 1')
export class CatalogRevisionEntity {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'catalog_revision_id_pk' })
  id!: number;

  @Column('bigint')
  revision!: string;
}

/** A value sealed with each key that was ever used here: a start with the wrong keys is noticed at once. */
@Entity('sealing_key')
export class SealingKeyEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'sealing_key_id_pk' })
  id!: string;

  @Column('bytea')
  proof!: Buffer;

  @Column('timestamptz', { name: 'created_at', default: () => 'osb_now()' })
  createdAt!: Date;
}
