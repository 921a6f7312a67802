import { Column, Entity, PrimaryColumn } from 'typeorm';

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
