import { instanceFirst } from './lock-instance.js';

const { lock, afterLock } = instanceFirst('true');

/**
 * $1 operation, $2 epoch, $3 sealed slot. The operation is locked, so that it is not taken over or ended between the look
 * at its epoch and the write: a late put must not bring back what a delete erased.
 */
export const SAVE_INSTANCE_STATE = {
  name: 'save-instance-state',
  text: `with ${lock}, held as (
      select instance_incarnation from operation
      where id = $1 and state = 'running' and epoch = $2 and leased_by is not null and ${afterLock} for share
    )
    update service_instance i set backend_state = $3 from held where i.incarnation = held.instance_incarnation
    returning 1`,
};

export const SAVE_BINDING_STATE = {
  name: 'save-binding-state',
  text: `with held as (
      select binding_incarnation from operation where id = $1 and state = 'running' and epoch = $2 and leased_by is not null for share
    )
    update service_binding b set backend_state = $3 from held where b.incarnation = held.binding_incarnation
    returning 1`,
};
