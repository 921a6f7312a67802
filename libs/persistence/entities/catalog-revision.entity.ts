import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: counts changes of what is published. */
@Entity('catalog_revision')
@Check('catalog_revision_id_ck', 'id = 1')
export class CatalogRevisionEntity {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'catalog_revision_id_pk' })
  id!: number;

  @Column('bigint')
  revision!: string;
}
