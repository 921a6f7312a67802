/** $1 platform, $2 digest of the instance id. */
export const LOCK_INSTANCE = {
  name: 'lock-instance',
  text: `select 1 from service_instance
    where platform_id = $1 and osb_key(instance_id) = $2 and deleted_at is null for update`,
};
