/**
 * Every transaction takes its locks in one order, or two of them wait for each other: instance, operation, binding. The
 * lock keeps others from starting or ending something on the instance, not from referring to it.
 */

/** $1 platform, $2 digest of the instance id. */
export const LOCK_INSTANCE = {
  name: 'lock-instance',
  text: `select 1 from service_instance
    where platform_id = $1 and osb_key(instance_id) = $2 and deleted_at is null for no key update`,
};

/** $1 incarnation. */
export const LOCK_INCARNATION = {
  name: 'lock-incarnation',
  text: `select 1 from service_instance where incarnation = $1 for no key update`,
};

/** For statements that change the instance together with operation $1, when the condition holds. */
export function instanceFirst(condition: string): { readonly lock: string; readonly afterLock: string } {
  return {
    lock: `locked as materialized (
      select incarnation from service_instance
      where incarnation = (select instance_incarnation from operation where id = $1) and ${condition}
      for no key update
    )`,
    afterLock: `(not (${condition}) or instance_incarnation = (select incarnation from locked))`,
  };
}
