/** $1 operation, $2 platform, $3 instance id, $4 binding id or empty, $5 description. The first operation of a name stays. */
export const RECORD_REFUSED_CREATE = {
  name: 'record-refused-create',
  text: `insert into refused_create (operation_id, platform_id, instance_id, binding_id, description)
    values ($1, $2, $3, $4, $5)
    on conflict (platform_id, osb_key(instance_id), osb_key(binding_id))
      do update set description = excluded.description, refused_at = osb_now()
    returning operation_id`,
};

/** $1 operation, $2 platform, $3 digest of the instance id, $4 digest of the binding id or of an empty text. */
export const FIND_REFUSED_CREATE = {
  name: 'find-refused-create',
  text: `select description from refused_create
    where operation_id = $1 and platform_id = $2 and osb_key(instance_id) = $3 and osb_key(binding_id) = $4`,
};
