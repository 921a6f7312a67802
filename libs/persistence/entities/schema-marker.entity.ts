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
