/** $1 operation, $2 epoch, $3 sealed slot. */
export const SAVE_INSTANCE_STATE = {
  name: 'save-instance-state',
  text: `update service_instance i set backend_state = $3 from operation o
    where o.id = $1 and o.state = 'running' and o.epoch = $2 and i.incarnation = o.instance_incarnation
    returning 1`,
};

export const SAVE_BINDING_STATE = {
  name: 'save-binding-state',
  text: `update service_binding b set backend_state = $3 from operation o
    where o.id = $1 and o.state = 'running' and o.epoch = $2 and b.incarnation = o.binding_incarnation
    returning 1`,
};
