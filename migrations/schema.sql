CREATE OR REPLACE FUNCTION public.osb_key(id text)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
     select sha256(convert_to(id, 'UTF8'))
   $function$
;
CREATE OR REPLACE FUNCTION public.osb_now()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
     select statement_timestamp() + coalesce(nullif(current_setting('osb.clock_offset', true), ''), '0')::interval
   $function$
;

create table audit_event (
  id bigint not null generated always as identity,
  at timestamp with time zone not null default osb_now(),
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
  description text
);
create table backend (
  id uuid not null,
  name text not null,
  type text not null,
  state text not null,
  closed_message text,
  settings bytea not null,
  policy jsonb not null default '{}'::jsonb,
  plan_policies jsonb not null default '{}'::jsonb,
  version integer not null default 1,
  created_at timestamp with time zone not null default osb_now(),
  updated_at timestamp with time zone not null default osb_now()
);
create table backend_catalog (
  backend_id uuid not null,
  body bytea,
  fetched_at timestamp with time zone,
  attempted_at timestamp with time zone,
  failure text
);
create table catalog_identifier (
  id uuid not null default gen_random_uuid(),
  kind text not null,
  value text not null,
  backend_id uuid not null,
  service_id text not null,
  claimed_at timestamp with time zone not null default osb_now()
);
create table catalog_revision (
  id integer not null,
  revision bigint not null
);
create table operation (
  id text not null,
  kind text not null,
  initiator text not null,
  state text not null,
  step text not null,
  exclusive boolean not null,
  platform_id uuid not null,
  backend_id uuid not null,
  instance_incarnation uuid not null,
  binding_incarnation uuid,
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
  leased_until timestamp with time zone,
  next_attempt_at timestamp with time zone,
  call_deadline_at timestamp with time zone,
  parked_at timestamp with time zone,
  ceiling_at timestamp with time zone not null,
  created_at timestamp with time zone not null default osb_now(),
  finished_at timestamp with time zone,
  confirmed boolean not null default true,
  last_cause text,
  call_ms integer,
  conflicted boolean not null default false,
  gone_counts_after timestamp with time zone,
  not_found_polls integer not null default 0,
  not_found_since timestamp with time zone
);
create table platform (
  id uuid not null,
  name text not null,
  kind text not null,
  created_at timestamp with time zone not null default osb_now(),
  exact_kind text
);
create table platform_credential (
  id uuid not null,
  platform_id uuid not null,
  username text not null,
  digest text not null,
  created_at timestamp with time zone not null default osb_now()
);
create table refused_create (
  operation_id text not null,
  platform_id uuid not null,
  instance_id text not null,
  binding_id text not null,
  description text not null,
  refused_at timestamp with time zone not null default osb_now()
);
create table schema_marker (
  id integer not null,
  oldest_release text not null
);
create table sealing_key (
  id text not null,
  proof bytea not null,
  created_at timestamp with time zone not null default osb_now()
);
create table service_binding (
  incarnation uuid not null,
  instance_incarnation uuid not null,
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
  quiet_after timestamp with time zone,
  created_at timestamp with time zone not null default osb_now(),
  updated_at timestamp with time zone not null default osb_now(),
  deleted_at timestamp with time zone,
  failure_unheard boolean not null default false,
  reserved_until timestamp with time zone
);
create table service_instance (
  incarnation uuid not null,
  platform_id uuid not null,
  instance_id text not null,
  backend_id uuid not null,
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
  quiet_after timestamp with time zone,
  created_at timestamp with time zone not null default osb_now(),
  updated_at timestamp with time zone not null default osb_now(),
  deleted_at timestamp with time zone,
  failure_unheard boolean not null default false,
  reserved_until timestamp with time zone
);

alter table audit_event add constraint audit_event_actor_kind_ck CHECK ((actor_kind = ANY (ARRAY['platform'::text, 'admin'::text, 'gateway'::text])));
alter table audit_event add constraint audit_event_id_pk PRIMARY KEY (id);
alter table audit_event add constraint audit_event_outcome_ck CHECK ((outcome = ANY (ARRAY['started'::text, 'accepted'::text, 'succeeded'::text, 'failed'::text])));
alter table backend add constraint backend_id_pk PRIMARY KEY (id);
alter table backend add constraint backend_name_uq UNIQUE (name);
alter table backend add constraint backend_state_ck CHECK ((state = ANY (ARRAY['enabled'::text, 'closed'::text, 'disabled'::text])));
alter table backend_catalog add constraint backend_catalog_backend_id_fk FOREIGN KEY (backend_id) REFERENCES backend(id) ON DELETE CASCADE;
alter table backend_catalog add constraint backend_catalog_backend_id_pk PRIMARY KEY (backend_id);
alter table catalog_identifier add constraint catalog_identifier_backend_id_fk FOREIGN KEY (backend_id) REFERENCES backend(id) ON DELETE CASCADE;
alter table catalog_identifier add constraint catalog_identifier_id_pk PRIMARY KEY (id);
alter table catalog_identifier add constraint catalog_identifier_kind_ck CHECK ((kind = ANY (ARRAY['service id'::text, 'service name'::text, 'plan id'::text, 'dashboard client id'::text])));
alter table catalog_revision add constraint catalog_revision_id_ck CHECK ((id = 1));
alter table catalog_revision add constraint catalog_revision_id_pk PRIMARY KEY (id);
alter table operation add constraint operation_backend_id_fk FOREIGN KEY (backend_id) REFERENCES backend(id);
alter table operation add constraint operation_binding_incarnation_ck CHECK (((binding_incarnation IS NOT NULL) = (kind = ANY (ARRAY['bind'::text, 'unbind'::text]))));
alter table operation add constraint operation_binding_incarnation_fk FOREIGN KEY (binding_incarnation) REFERENCES service_binding(incarnation) ON DELETE CASCADE;
alter table operation add constraint operation_finished_at_ck CHECK (((finished_at IS NOT NULL) = (state = ANY (ARRAY['succeeded'::text, 'failed'::text]))));
alter table operation add constraint operation_id_pk PRIMARY KEY (id);
alter table operation add constraint operation_initiator_ck CHECK ((initiator = ANY (ARRAY['platform'::text, 'gateway'::text])));
alter table operation add constraint operation_instance_incarnation_fk FOREIGN KEY (instance_incarnation) REFERENCES service_instance(incarnation) ON DELETE CASCADE;
alter table operation add constraint operation_kind_ck CHECK ((kind = ANY (ARRAY['provision'::text, 'update'::text, 'deprovision'::text, 'bind'::text, 'unbind'::text])));
alter table operation add constraint operation_platform_id_fk FOREIGN KEY (platform_id) REFERENCES platform(id);
alter table operation add constraint operation_state_ck CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'succeeded'::text, 'failed'::text])));
alter table operation add constraint operation_step_ck CHECK ((step = ANY (ARRAY['send'::text, 'poll'::text])));
alter table platform add constraint platform_exact_kind_ck CHECK ((exact_kind = ANY (ARRAY['korifi'::text, 'crossplane'::text])));
alter table platform add constraint platform_id_pk PRIMARY KEY (id);
alter table platform add constraint platform_kind_ck CHECK ((kind = ANY (ARRAY['cloudfoundry'::text, 'kubernetes'::text, 'other'::text])));
alter table platform add constraint platform_name_uq UNIQUE (name);
alter table platform_credential add constraint platform_credential_id_pk PRIMARY KEY (id);
alter table platform_credential add constraint platform_credential_platform_id_fk FOREIGN KEY (platform_id) REFERENCES platform(id) ON DELETE CASCADE;
alter table platform_credential add constraint platform_credential_username_uq UNIQUE (username);
alter table refused_create add constraint refused_create_operation_id_pk PRIMARY KEY (operation_id);
alter table refused_create add constraint refused_create_platform_id_fk FOREIGN KEY (platform_id) REFERENCES platform(id) ON DELETE CASCADE;
alter table schema_marker add constraint schema_marker_id_ck CHECK ((id = 1));
alter table schema_marker add constraint schema_marker_id_pk PRIMARY KEY (id);
alter table sealing_key add constraint sealing_key_id_pk PRIMARY KEY (id);
alter table service_binding add constraint service_binding_binding_id_ck CHECK (((char_length(binding_id) >= 1) AND (char_length(binding_id) <= 1024)));
alter table service_binding add constraint service_binding_deleted_at_ck CHECK (((state = 'deleted'::text) = (deleted_at IS NOT NULL)));
alter table service_binding add constraint service_binding_incarnation_pk PRIMARY KEY (incarnation);
alter table service_binding add constraint service_binding_instance_incarnation_fk FOREIGN KEY (instance_incarnation) REFERENCES service_instance(incarnation) ON DELETE CASCADE;
alter table service_binding add constraint service_binding_state_ck CHECK ((state = ANY (ARRAY['creating'::text, 'ready'::text, 'failed'::text, 'deleted'::text])));
alter table service_instance add constraint service_instance_backend_id_fk FOREIGN KEY (backend_id) REFERENCES backend(id);
alter table service_instance add constraint service_instance_deleted_at_ck CHECK (((state = 'deleted'::text) = (deleted_at IS NOT NULL)));
alter table service_instance add constraint service_instance_incarnation_pk PRIMARY KEY (incarnation);
alter table service_instance add constraint service_instance_instance_id_ck CHECK (((char_length(instance_id) >= 1) AND (char_length(instance_id) <= 1024)));
alter table service_instance add constraint service_instance_platform_id_fk FOREIGN KEY (platform_id) REFERENCES platform(id);
alter table service_instance add constraint service_instance_state_ck CHECK ((state = ANY (ARRAY['creating'::text, 'ready'::text, 'failed'::text, 'deleted'::text])));

CREATE INDEX audit_event_at_ix ON public.audit_event USING btree (at, id);
CREATE INDEX audit_event_operation_id_ix ON public.audit_event USING btree (operation_id);
CREATE INDEX catalog_identifier_backend_id_ix ON public.catalog_identifier USING btree (backend_id);
CREATE UNIQUE INDEX catalog_identifier_kind_value_uq ON public.catalog_identifier USING btree (kind, osb_key(value));
CREATE INDEX operation_backend_id_next_attempt_at_ix ON public.operation USING btree (backend_id, next_attempt_at) WHERE ((state = 'running'::text) AND (parked_at IS NULL));
CREATE INDEX operation_binding_incarnation_ix ON public.operation USING btree (binding_incarnation, created_at);
CREATE UNIQUE INDEX operation_binding_incarnation_queued_uq ON public.operation USING btree (binding_incarnation) WHERE (state = 'queued'::text);
CREATE UNIQUE INDEX operation_binding_incarnation_running_uq ON public.operation USING btree (binding_incarnation) WHERE (state = 'running'::text);
CREATE INDEX operation_created_at_ix ON public.operation USING btree (created_at, id);
CREATE INDEX operation_instance_incarnation_binding_incarnation_ix ON public.operation USING btree (instance_incarnation, binding_incarnation, created_at);
CREATE UNIQUE INDEX operation_instance_incarnation_deprovision_uq ON public.operation USING btree (instance_incarnation) WHERE ((state = 'running'::text) AND (kind = 'deprovision'::text));
CREATE INDEX operation_instance_incarnation_pending_ix ON public.operation USING btree (instance_incarnation) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE UNIQUE INDEX operation_instance_incarnation_queued_uq ON public.operation USING btree (instance_incarnation) WHERE ((state = 'queued'::text) AND (kind = 'deprovision'::text));
CREATE UNIQUE INDEX operation_instance_incarnation_running_uq ON public.operation USING btree (instance_incarnation) WHERE ((state = 'running'::text) AND exclusive);
CREATE INDEX operation_parked_ix ON public.operation USING btree (backend_id) WHERE (parked_at IS NOT NULL);
CREATE INDEX operation_queued_ix ON public.operation USING btree (created_at) WHERE (state = 'queued'::text);
CREATE INDEX platform_credential_platform_id_ix ON public.platform_credential USING btree (platform_id);
CREATE UNIQUE INDEX refused_create_platform_id_instance_id_binding_id_uq ON public.refused_create USING btree (platform_id, osb_key(instance_id), osb_key(binding_id));
CREATE INDEX refused_create_refused_at_ix ON public.refused_create USING btree (refused_at);
CREATE INDEX service_binding_created_at_ix ON public.service_binding USING btree (created_at, incarnation);
CREATE INDEX service_binding_deleted_at_ix ON public.service_binding USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX service_binding_instance_incarnation_binding_id_ix ON public.service_binding USING btree (instance_incarnation, osb_key(binding_id));
CREATE UNIQUE INDEX service_binding_instance_incarnation_binding_id_uq ON public.service_binding USING btree (instance_incarnation, osb_key(binding_id)) WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX service_instance_backend_id_backend_instance_id_uq ON public.service_instance USING btree (backend_id, osb_key(backend_instance_id)) WHERE (deleted_at IS NULL);
CREATE INDEX service_instance_created_at_ix ON public.service_instance USING btree (created_at, incarnation);
CREATE INDEX service_instance_deleted_at_ix ON public.service_instance USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX service_instance_instance_id_platform_id_ix ON public.service_instance USING btree (osb_key(instance_id), platform_id);
CREATE UNIQUE INDEX service_instance_platform_id_instance_id_uq ON public.service_instance USING btree (platform_id, osb_key(instance_id)) WHERE (deleted_at IS NULL);
