/**
 * How long a call of this operation may take.
 *
 * @param defaultMs the parameter that says it for backends without a time of their own, in ms
 */
export const callLength = (operation: string, defaultMs: string): string =>
  `make_interval(secs => coalesce(${operation}.call_ms, ${defaultMs}::float8) / 1000)`;

/** Of an operation of this alias: whether its call may be under way at the backend. */
export const callIsOpen = (alias: string): string =>
  `${alias}.state = 'running' and ${alias}.step = 'send' and ${alias}.call_deadline_at > osb_now()`;

/**
 * Of an operation of this alias: whether a deprovision of its instance waits for it. It does for a call that may be under
 * way, and for what a platform has begun but a create: until that is sent, and as long as a call may take. What is not over
 * then hangs, and is overtaken (ADR 24).
 */
export const keepsDeprovisionWaiting = (alias: string): string => `
  (${alias}.state = 'running' and case when ${alias}.initiator = 'platform' and ${alias}.kind <> 'provision'
    then coalesce(${alias}.call_deadline_at > osb_now(), true)
    else ${alias}.step = 'send' and coalesce(${alias}.call_deadline_at > osb_now(), false) end)`;

/** Of an operation of this alias: whether it is a delete. Repeated, it does what its first call did, and no more. */
export const isDelete = (operation: string): string => `${operation}.kind in ('deprovision', 'unbind')`;

/**
 * What an unanswered call may still do, until `acts_until`: a create or update keeps a delete from counting, a delete keeps
 * its id at the backend from being used again.
 *
 * @param resource alias of the instance or binding
 * @param call alias of a row with `acts_until` and `is_delete`
 */
export const stillActing = (resource: string, call: string): string => `
      quiet_after = case when ${call}.is_delete then ${resource}.quiet_after else greatest(${resource}.quiet_after, ${call}.acts_until) end,
      reserved_until = case when ${call}.is_delete then greatest(${resource}.reserved_until, ${call}.acts_until) else ${resource}.reserved_until end`;

/** The columns of a task, under names that tell the tables apart. Aliases: o operation, i instance, b binding, p platform. */
export const OPERATION_COLUMNS = `
  o.id as o_id, o.kind as o_kind, o.initiator as o_initiator, o.state as o_state, o.step as o_step,
  o.exclusive as o_exclusive, o.platform_id as o_platform_id, o.backend_id as o_backend_id,
  o.instance_incarnation as o_instance_incarnation, o.binding_incarnation as o_binding_incarnation,
  o.request as o_request, o.poll_token as o_poll_token, o.error_code as o_error_code, o.error_word as o_error_word,
  o.description as o_description, o.instance_usable as o_instance_usable, o.update_repeatable as o_update_repeatable,
  o.originating_identity as o_originating_identity, o.request_identity as o_request_identity,
  o.request_id as o_request_id, o.attempts as o_attempts, o.epoch as o_epoch, o.confirmed as o_confirmed,
  o.call_ms as o_call_ms, o.conflicted as o_conflicted, coalesce(${callIsOpen('o')}, false) as o_call_open,
  ${keepsDeprovisionWaiting('o')} as o_keeps_deprovision_waiting`;

export const INSTANCE_COLUMNS = `
  i.incarnation as i_incarnation, i.platform_id as i_platform_id, i.instance_id as i_instance_id,
  i.backend_id as i_backend_id, i.backend_instance_id as i_backend_instance_id, i.service_id as i_service_id,
  i.plan_id as i_plan_id, i.organization_guid as i_organization_guid, i.space_guid as i_space_guid,
  i.state as i_state, i.parameters as i_parameters, i.context as i_context, i.backend_state as i_backend_state,
  i.dashboard_url as i_dashboard_url, i.metadata as i_metadata, i.maintenance_version as i_maintenance_version`;

export const BINDING_COLUMNS = `
  b.incarnation as b_incarnation, b.instance_incarnation as b_instance_incarnation, b.binding_id as b_binding_id,
  b.backend_binding_id as b_backend_binding_id, b.state as b_state, b.app_guid as b_app_guid,
  b.predecessor_binding_id as b_predecessor_binding_id, b.parameters as b_parameters,
  b.bind_resource as b_bind_resource, b.context as b_context, b.result as b_result,
  b.backend_state as b_backend_state`;

/**
 * @param quietAfter when nothing that was sent earlier can happen any more
 * @param callMs the parameter that says how long a call may take in ms: what was accepted was sent that long before its deadline
 */
export const taskColumns = (quietAfter: string, callMs: string): string => `${OPERATION_COLUMNS}, ${INSTANCE_COLUMNS}, ${BINDING_COLUMNS},
  p.name as p_name, coalesce(p.exact_kind, p.kind) as p_kind, o.not_found_polls,
  coalesce(extract(epoch from osb_now() - o.not_found_since) * 1000, 0)::float8 as not_found_for_ms, o.ceiling_at <= osb_now() as overdue,
  coalesce(extract(epoch from o.gone_counts_after - osb_now()) * 1000, 0)::float8 as gone_counts_in_ms,
  coalesce(extract(epoch from ${quietAfter} - osb_now()) * 1000, 0)::float8 as unquiet_for_ms,
  coalesce(${quietAfter} > case when o.step = 'poll'
    then o.call_deadline_at - ${callLength('o', callMs)} else osb_now() end, false) as sent_too_early`;

export const QUIET_AFTER = 'case when o.binding_incarnation is null then i.quiet_after else b.quiet_after end';

export const TASK_JOINS = `
  join service_instance i on i.incarnation = o.instance_incarnation
  join platform p on p.id = o.platform_id
  left join service_binding b on b.incarnation = o.binding_incarnation`;
