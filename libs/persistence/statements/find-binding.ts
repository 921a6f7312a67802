import { BINDING_COLUMNS } from './columns.js';

/** $1 incarnation of the instance, $2 digest of the binding id. */
export const FIND_BINDING = {
  name: 'find-binding',
  text: `select ${BINDING_COLUMNS}
    from service_binding b
    where b.instance_incarnation = $1 and osb_key(b.binding_id) = $2 and b.deleted_at is null`,
};

/** $1 incarnation of the instance, $2 digest of the binding id: a row where an unbind of it may still act at the backend. */
export const FIND_RESERVED_BINDING = {
  name: 'find-reserved-binding',
  text: `select 1 from service_binding b
    where b.instance_incarnation = $1 and osb_key(b.binding_id) = $2 and b.deleted_at is not null and b.reserved_until > osb_now()`,
};
