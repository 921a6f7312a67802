import { Check, Column, Entity, OneToMany, PrimaryColumn, type Relation, Unique } from 'typeorm';
import type { PlatformKind } from '#sdk';
import { PlatformCredentialEntity } from './platform-credential.entity.js';

/** Kinds that release 0.1.0 does not know. */
type NewKind = 'korifi' | 'crossplane';

@Entity('platform')
@Unique('platform_name_uq', ['name'])
@Check('platform_kind_ck', `kind in ('cloudfoundry', 'kubernetes', 'other')`)
@Check('platform_exact_kind_ck', `exact_kind in ('korifi', 'crossplane')`)
export class PlatformEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'platform_id_pk' })
  id!: string;

  @Column('text')
  name!: string;

  /** The nearest kind that release 0.1.0 knows. */
  @Column('text')
  kind!: Exclude<PlatformKind, NewKind>;

  /** Null where `kind` says it. */
  @Column('text', { name: 'exact_kind', nullable: true })
  exactKind!: NewKind | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'osb_now()' })
  createdAt!: Date;

  @OneToMany(() => PlatformCredentialEntity, (credential) => credential.platform)
  credentials!: Relation<PlatformCredentialEntity[]>;
}

type KindColumns = Pick<PlatformEntity, 'kind' | 'exactKind'>;

const NEAREST: Readonly<Record<NewKind, KindColumns['kind']>> = { korifi: 'cloudfoundry', crossplane: 'kubernetes' };

export const kindOf = ({ kind, exactKind }: KindColumns): PlatformKind => exactKind ?? kind;

export function kindColumns(kind: PlatformKind): KindColumns {
  return kind === 'korifi' || kind === 'crossplane' ? { kind: NEAREST[kind], exactKind: kind } : { kind, exactKind: null };
}
