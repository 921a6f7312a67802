/**
 * Columns and values of a new operation. Numbered from $1; times are milliseconds from now. What a request begins is
 * confirmed by whoever hears of the commit.
 */
const VALUES = `$1, $2, $3, $4, $5, $6, $7::uuid, $8::uuid, $9::uuid, $10::uuid, $11::bytea, $12, $13, $14, $15,
    osb_now() + make_interval(secs => $16::float8 / 1000), osb_now() + make_interval(secs => $17::float8 / 1000),
    osb_now() + make_interval(secs => $18::float8 / 1000), osb_now(), $3::text = 'gateway', $19::integer`;

const COLUMNS = `id, kind, initiator, state, step, exclusive, platform_id, backend_id, instance_incarnation,
    binding_incarnation, request, originating_identity, request_identity, request_id, leased_by, leased_until,
    call_deadline_at, ceiling_at, next_attempt_at, confirmed, call_ms`;

const AUDIT_COLUMNS = `actor_kind, actor_name, platform_id, originating_identity, request_id, action, subject,
    operation_id, before, after, outcome, description`;

/**
 * $1-$19 the operation, $20-$31 the audit event. An unanswered create of the instance says nothing about its bindings:
 * they have a time of their own.
 */
export const INSERT_OPERATION = {
  name: 'insert-operation',
  text: `with reserved as (
      insert into operation (${COLUMNS}) values (${VALUES}) returning id, instance_incarnation, binding_incarnation
    ), audited as (
      insert into audit_event (${AUDIT_COLUMNS})
      select $20, $21, $22::uuid, $23, $24, $25, $26, $27, $28::jsonb, $29::jsonb, $30, $31 from reserved
    )
    select greatest(0, coalesce(extract(epoch from
        case when r.binding_incarnation is null then i.quiet_after else b.quiet_after end - osb_now()) * 1000, 0))::float8
      as unquiet_for_ms
    from reserved r
      join service_instance i on i.incarnation = r.instance_incarnation
      left join service_binding b on b.incarnation = r.binding_incarnation`,
};

/** As above, without that time; where a delete is queued already, that one does the work. */
export const INSERT_CLEAN_UP = {
  name: 'insert-clean-up',
  text: `with reserved as (
      insert into operation (${COLUMNS}) values (${VALUES}) on conflict do nothing returning id
    )
    insert into audit_event (${AUDIT_COLUMNS})
    select $20, $21, $22::uuid, $23, $24, $25, $26, $27, $28::jsonb, $29::jsonb, $30, $31 from reserved`,
};

const INSTANCE_VALUES = '$32::uuid, $33::uuid, $34, $35::uuid, $36, $37, $38, $39, $40, $41, $42::bytea, $43::bytea, $44';

const insertInstance = (values: string): string => `with instance as (
      insert into service_instance (incarnation, platform_id, instance_id, backend_id, backend_instance_id, service_id,
        plan_id, organization_guid, space_guid, state, parameters, context, maintenance_version)
      ${values}
      on conflict do nothing returning incarnation
    ), reserved as (
      insert into operation (${COLUMNS}) select ${VALUES} from instance returning id
    ), audited as (
      insert into audit_event (${AUDIT_COLUMNS})
      select $20, $21, $22::uuid, $23, $24, $25, $26, $27, $28::jsonb, $29::jsonb, $30, $31 from reserved
    )
    select exists (select from reserved) as reserved`;

/**
 * $1-$19 the operation, $20-$31 the audit event, $32-$44 the instance. Inserts nothing where the id lives already, nor
 * where operators gave up removing what had it at the backend: that may still be there (a clean-up fails in no other way),
 * nor where a delete of it that was not answered may still act,
 * nor where the platform has not heard how an earlier create of the id failed.
 *
 * Looked up by the id of the platform, which has an index: it is the backend's id, but where that is a uuid of our own.
 */
export const RESERVE_PROVISION = {
  name: 'reserve-provision',
  text: insertInstance(`select ${INSTANCE_VALUES} where not exists (
        select from service_instance earlier join operation o on o.instance_incarnation = earlier.incarnation
        where osb_key(earlier.instance_id) = osb_key($36) and earlier.backend_instance_id = $36
          and earlier.backend_id = $35::uuid and earlier.deleted_at is not null
          and o.initiator = 'gateway' and o.kind = 'deprovision' and o.state = 'failed'
      ) and not exists (
        select from service_instance deleted
        where osb_key(deleted.instance_id) = osb_key($36) and deleted.backend_instance_id = $36
          and deleted.backend_id = $35::uuid and deleted.deleted_at is not null and deleted.reserved_until > osb_now()
      ) and not exists (
        select from service_instance unheard
        where unheard.platform_id = $33::uuid and osb_key(unheard.instance_id) = osb_key($34) and unheard.failure_unheard
      )`),
};

/** As above, for removing what a late create made: under the id it has at the backend, whatever was there before. */
export const ADOPT_LATE_CREATE = { name: 'adopt-late-create', text: insertInstance(`values (${INSTANCE_VALUES})`) };

/** $1-$12 an audit event. */
export const INSERT_AUDIT_EVENT = {
  name: 'insert-audit-event',
  text: `insert into audit_event (${AUDIT_COLUMNS})
    values ($1, $2, $3::uuid, $4, $5, $6, $7, $8, $9::jsonb, $10::jsonb, $11, $12)`,
};
