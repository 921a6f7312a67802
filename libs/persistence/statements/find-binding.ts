import { BINDING_COLUMNS } from './columns.js';

/** $1 incarnation of the instance, $2 digest of the binding id. */
export const FIND_BINDING = {
  name: 'find-binding',
  text: `select ${BINDING_COLUMNS}
    from service_binding b
    where b.instance_incarnation = $1 and osb_key(b.binding_id) = $2 and b.deleted_at is null`,
};
