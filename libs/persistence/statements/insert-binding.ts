export const INSERT_BINDING = {
  name: 'insert-binding',
  text: `insert into service_binding (incarnation, instance_incarnation, binding_id, backend_binding_id, state, app_guid,
      predecessor_binding_id, parameters, bind_resource, context)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
};
