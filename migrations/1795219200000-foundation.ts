import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The first schema. Everything sealed is `bytea`; ids of platforms are kept as sent and found by their digest, because
 * a btree cannot hold 1,024 characters of four bytes.
 */
export class Foundation1795219200000 implements MigrationInterface {
  readonly name = 'Foundation1795219200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}

const UP = [
  // Other roles of this server (the ones `postgresql` bindings log in with) have no business in here.
  `do $$ begin execute format('revoke connect, temporary on database %I from public', current_database()); end $$`,

  // The one clock for leases, ceilings and expiry. Tests move it with: alter database … set osb.clock_offset = '1 hour'.
  `create function osb_now() returns timestamptz language sql stable parallel safe as $$
     select statement_timestamp() + coalesce(nullif(current_setting('osb.clock_offset', true), ''), '0')::interval
   $$`,

  // Immutable for our purpose: the encoding of a database never changes.
  `create function osb_key(id text) returns bytea language sql immutable strict parallel safe as $$
     select sha256(convert_to(id, 'UTF8'))
   $$`,

  `create table schema_marker (
     id integer not null constraint schema_marker_id_pk primary key,
     oldest_release text not null,
     constraint schema_marker_id_ck check (id = 1)
   )`,
  `insert into schema_marker (id, oldest_release) values (1, '0.1.0')`,

  `create table sealing_key (
     id text not null constraint sealing_key_id_pk primary key,
     proof bytea not null,
     created_at timestamptz not null default osb_now()
   )`,

  `create table platform (
     id uuid not null constraint platform_id_pk primary key,
     name text not null constraint platform_name_uq unique,
     kind text not null,
     created_at timestamptz not null default osb_now(),
     constraint platform_kind_ck check (kind in ('cloudfoundry', 'kubernetes', 'other'))
   )`,

  `create table platform_credential (
     id uuid not null constraint platform_credential_id_pk primary key,
     platform_id uuid not null
       constraint platform_credential_platform_id_fk references platform (id) on delete cascade,
     username text not null constraint platform_credential_username_uq unique,
     digest text not null,
     created_at timestamptz not null default osb_now()
   )`,
  `create index platform_credential_platform_id_ix on platform_credential (platform_id)`,

  `create table backend (
     id uuid not null constraint backend_id_pk primary key,
     name text not null constraint backend_name_uq unique,
     type text not null,
     state text not null,
     closed_message text,
     settings bytea not null,
     policy jsonb not null default '{}',
     plan_policies jsonb not null default '{}',
     version integer not null default 1,
     created_at timestamptz not null default osb_now(),
     updated_at timestamptz not null default osb_now(),
     constraint backend_state_ck check (state in ('enabled', 'closed', 'disabled'))
   )`,

  `create table backend_catalog (
     backend_id uuid not null constraint backend_catalog_backend_id_pk primary key
       constraint backend_catalog_backend_id_fk references backend (id) on delete cascade,
     body bytea,
     fetched_at timestamptz,
     attempted_at timestamptz,
     failure text
   )`,

  // Counts changes of what is published, so that other replicas notice.
  `create table catalog_revision (
     id integer not null constraint catalog_revision_id_pk primary key,
     revision bigint not null,
     constraint catalog_revision_id_ck check (id = 1)
   )`,
  `insert into catalog_revision (id, revision) values (1, 1)`,

  `create table catalog_identifier (
     id uuid not null default gen_random_uuid() constraint catalog_identifier_id_pk primary key,
     kind text not null,
     value text not null,
     backend_id uuid not null
       constraint catalog_identifier_backend_id_fk references backend (id) on delete cascade,
     service_id text not null,
     claimed_at timestamptz not null default osb_now(),
     constraint catalog_identifier_kind_ck check (kind in ('service id', 'service name', 'plan id', 'dashboard client id'))
   )`,
  `create unique index catalog_identifier_kind_value_uq on catalog_identifier (kind, osb_key(value))`,
  `create index catalog_identifier_backend_id_ix on catalog_identifier (backend_id)`,

  `create table service_instance (
     incarnation uuid not null constraint service_instance_incarnation_pk primary key,
     platform_id uuid not null
       constraint service_instance_platform_id_fk references platform (id),
     instance_id text not null,
     backend_id uuid not null
       constraint service_instance_backend_id_fk references backend (id),
     backend_instance_id text not null,
     service_id text not null,
     plan_id text not null,
     organization_guid text not null,
     space_guid text not null,
     state text not null,
     parameters bytea,
     context bytea,
     backend_state bytea,
     dashboard_url text,
     metadata jsonb,
     maintenance_version text,
     quiet_after timestamptz,
     created_at timestamptz not null default osb_now(),
     updated_at timestamptz not null default osb_now(),
     deleted_at timestamptz,
     constraint service_instance_instance_id_ck check (char_length(instance_id) between 1 and 1024),
     constraint service_instance_state_ck check (state in ('creating', 'ready', 'failed', 'deleted')),
     constraint service_instance_deleted_at_ck check ((state = 'deleted') = (deleted_at is not null))
   )`,
  `create unique index service_instance_platform_id_instance_id_uq
     on service_instance (platform_id, osb_key(instance_id)) where deleted_at is null`,
  `create unique index service_instance_backend_id_backend_instance_id_uq
     on service_instance (backend_id, osb_key(backend_instance_id)) where deleted_at is null`,
  // The id first: operators look for one without knowing the platform.
  `create index service_instance_instance_id_platform_id_ix on service_instance (osb_key(instance_id), platform_id)`,
  `create index service_instance_deleted_at_ix on service_instance (deleted_at) where deleted_at is not null`,
  `create index service_instance_created_at_ix on service_instance (created_at, incarnation)`,

  `create table service_binding (
     incarnation uuid not null constraint service_binding_incarnation_pk primary key,
     instance_incarnation uuid not null
       constraint service_binding_instance_incarnation_fk references service_instance (incarnation) on delete cascade,
     binding_id text not null,
     backend_binding_id text not null,
     state text not null,
     app_guid text,
     predecessor_binding_id text,
     parameters bytea,
     bind_resource bytea,
     context bytea,
     result bytea,
     backend_state bytea,
     expires_at text,
     renew_before text,
     quiet_after timestamptz,
     created_at timestamptz not null default osb_now(),
     updated_at timestamptz not null default osb_now(),
     deleted_at timestamptz,
     constraint service_binding_binding_id_ck check (char_length(binding_id) between 1 and 1024),
     constraint service_binding_state_ck check (state in ('creating', 'ready', 'failed', 'deleted')),
     constraint service_binding_deleted_at_ck check ((state = 'deleted') = (deleted_at is not null))
   )`,
  `create unique index service_binding_instance_incarnation_binding_id_uq
     on service_binding (instance_incarnation, osb_key(binding_id)) where deleted_at is null`,
  `create index service_binding_instance_incarnation_binding_id_ix
     on service_binding (instance_incarnation, osb_key(binding_id))`,
  `create index service_binding_deleted_at_ix on service_binding (deleted_at) where deleted_at is not null`,
  `create index service_binding_created_at_ix on service_binding (created_at, incarnation)`,

  `create table operation (
     id text not null constraint operation_id_pk primary key,
     kind text not null,
     initiator text not null,
     state text not null,
     step text not null,
     exclusive boolean not null,
     platform_id uuid not null
       constraint operation_platform_id_fk references platform (id),
     backend_id uuid not null
       constraint operation_backend_id_fk references backend (id),
     instance_incarnation uuid not null
       constraint operation_instance_incarnation_fk references service_instance (incarnation) on delete cascade,
     binding_incarnation uuid
       constraint operation_binding_incarnation_fk references service_binding (incarnation) on delete cascade,
     request bytea,
     poll_token bytea,
     error_code text,
     error_word text,
     description text,
     instance_usable boolean,
     update_repeatable boolean,
     originating_identity text,
     request_identity text,
     request_id text,
     attempts integer not null default 0,
     epoch bigint not null default 1,
     leased_by text,
     leased_until timestamptz,
     next_attempt_at timestamptz,
     call_deadline_at timestamptz,
     parked_at timestamptz,
     ceiling_at timestamptz not null,
     created_at timestamptz not null default osb_now(),
     finished_at timestamptz,
     constraint operation_kind_ck check (kind in ('provision', 'update', 'deprovision', 'bind', 'unbind')),
     constraint operation_initiator_ck check (initiator in ('platform', 'gateway')),
     constraint operation_state_ck check (state in ('queued', 'running', 'succeeded', 'failed')),
     constraint operation_step_ck check (step in ('send', 'poll')),
     constraint operation_binding_incarnation_ck
       check ((binding_incarnation is not null) = (kind in ('bind', 'unbind'))),
     constraint operation_finished_at_ck check ((finished_at is not null) = (state in ('succeeded', 'failed')))
   )`,
  `create unique index operation_instance_incarnation_running_uq
     on operation (instance_incarnation) where state = 'running' and exclusive`,
  `create unique index operation_instance_incarnation_queued_uq
     on operation (instance_incarnation) where state = 'queued' and kind = 'deprovision'`,
  `create unique index operation_binding_incarnation_running_uq
     on operation (binding_incarnation) where state = 'running'`,
  `create unique index operation_binding_incarnation_queued_uq
     on operation (binding_incarnation) where state = 'queued'`,
  // What is pending on an instance is asked with every request: it costs the same however much has ended.
  `create index operation_instance_incarnation_pending_ix
     on operation (instance_incarnation) where state in ('queued', 'running')`,
  `create index operation_instance_incarnation_binding_incarnation_ix
     on operation (instance_incarnation, binding_incarnation, created_at)`,
  `create index operation_binding_incarnation_ix on operation (binding_incarnation, created_at)`,
  `create index operation_backend_id_next_attempt_at_ix on operation (backend_id, next_attempt_at)
     where state = 'running' and parked_at is null`,
  `create index operation_queued_ix on operation (created_at) where state = 'queued'`,
  // Counted with every look at the metrics.
  `create index operation_parked_ix on operation (backend_id) where parked_at is not null`,
  `create index operation_created_at_ix on operation (created_at, id)`,

  `create table audit_event (
     id bigint generated always as identity constraint audit_event_id_pk primary key,
     at timestamptz not null default osb_now(),
     actor_kind text not null,
     actor_name text not null,
     platform_id uuid,
     originating_identity text,
     request_id text,
     action text not null,
     subject text not null,
     operation_id text,
     before jsonb,
     after jsonb,
     outcome text not null,
     description text,
     constraint audit_event_actor_kind_ck check (actor_kind in ('platform', 'admin', 'gateway')),
     constraint audit_event_outcome_ck check (outcome in ('started', 'accepted', 'succeeded', 'failed'))
   )`,
  `create index audit_event_operation_id_ix on audit_event (operation_id)`,
  `create index audit_event_at_ix on audit_event (at, id)`,
];

const DOWN = [
  'audit_event',
  'operation',
  'service_binding',
  'service_instance',
  'catalog_identifier',
  'catalog_revision',
  'backend_catalog',
  'backend',
  'platform_credential',
  'platform',
  'sealing_key',
  'schema_marker',
]
  .map((table) => `drop table ${table}`)
  .concat('drop function osb_key(text)', 'drop function osb_now()');
