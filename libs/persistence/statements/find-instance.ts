import { INSTANCE_COLUMNS, OPERATION_COLUMNS } from './columns.js';

/** $1 platform, $2 digest of the instance id. One row per pending operation, or one without. */
export const FIND_INSTANCE = {
  name: 'find-instance',
  text: `select ${INSTANCE_COLUMNS}, ${OPERATION_COLUMNS}
    from service_instance i
    left join operation o on o.instance_incarnation = i.incarnation and o.state in ('queued', 'running')
    where i.platform_id = $1 and osb_key(i.instance_id) = $2 and i.deleted_at is null
    order by o.created_at, o.id`,
};
