/**
 * The parts a plan can play in a row. A profile names a plan for each, with parameters where it takes some; what it
 * leaves out is looked for in the catalog, and rows that need what is not there are inapplicable.
 */
export const ROLES = {
  any: 'any plan at all; the plan sync, if there is one, else async',
  anyBindable: 'any plan that can be bound; the plan bindable, if there is one, else asyncBinding',
  sync: 'a plan whose instances are made, changed and removed by the time of the answer',
  async: 'a plan whose instances are made, changed and removed after a 202',
  asyncOnly: 'a plan that refuses a request without accepts_incomplete=true',
  bindable: 'a plan whose bindings are made and removed by the time of the answer',
  asyncBinding: 'a plan whose bindings are made and removed after a 202',
  asyncOnlyBinding: 'a plan that refuses a bind or unbind without accepts_incomplete=true',
  notBindable: 'a plan that cannot be bound',
  bindableItself: 'a plan that can be bound, of a service that says its plans cannot',
  bindableByService: 'a plan that leaves it to its service to say that it can be bound',
  updateable: 'a plan that can be changed to the plan updateTarget',
  updateTarget: 'the plan the plan updateable can be changed to',
  notUpdateable: 'a plan that cannot be changed to another one',
  otherPlan: 'another plan of the same service as the plan sync',
  otherService: 'a plan of another service than the plan sync',
  rotatable: 'a plan whose bindings can be rotated',
  notRotatable: 'a bindable plan whose bindings cannot be rotated',
  withSchemas: 'a plan with parameter schemas; `wrong` are parameters that break each of them',
  withMaintenance: 'a plan with maintenance_info',
  withoutMaintenance: 'a plan without maintenance_info',
  dashboard: 'a plan whose instances have a dashboard',
  newDashboard: 'an instance with another dashboard after an update',
  withMetadata: 'an instance whose create and update are answered with metadata',
  noContextUpdates: 'a plan of a service without allow_context_updates',
  notFetchableInstance: 'a plan of a service without instances_retrievable',
  notFetchable: 'a bindable plan of a service without bindings_retrievable',
  requiresApp: 'a plan that can be bound to an app only',
  logDrain: 'a plan whose bindings give a syslog_drain_url',
  routeService: 'a plan whose bindings to a route give a route_service_url',
  managedRoutes: 'a plan of a route service whose bindings to a route give no route_service_url',
  volume: 'a plan whose bindings give volume_mounts',
  describedBinding: 'an instance with a bind that is answered with endpoints and metadata',
  expiredBinding: 'an instance of a plan with rotation and a bind that has expired by its answer',
  slowCreate: 'an instance whose create runs for at least `wait.slowSeconds` after a 202',
  slowUpdate: 'an instance whose update runs that long after a 202',
  slowDelete: 'an instance whose delete runs that long after a 202',
  slowCreateAndDelete: 'an instance whose create and delete both run that long after a 202',
  slowBind: 'an instance with a bind that runs that long after a 202',
  slowUnbind: 'an instance with an unbind that runs that long after a 202',
  lateCreate: 'an instance whose create without accepts_incomplete is answered only after that long',
  overrunningCreate: 'an instance whose create runs longer than the maximum_polling_duration of its plan',
  overrunningBind: 'an instance with a bind that runs longer than that',
  failingCreate: 'an instance whose create fails after a 202',
  failingUpdate: 'an instance whose update fails after a 202',
  unusableUpdate: 'an instance whose update fails after a 202 and leaves it unusable',
  refusedUpdate: 'an instance whose change to the plan updateTarget is not supported',
  overQuota: 'an instance that has more than the plan updateTarget allows',
  failingDelete: 'an instance whose first delete fails after a 202',
  failingBind: 'an instance with a bind that fails after a 202',
  failingUnbind: 'an instance with a first unbind that fails after a 202',
  brokenCreate: 'an instance whose create is answered 5xx',
  brokenUpdate: 'an instance whose update is answered 5xx',
  brokenDelete: 'an instance whose first delete is answered 5xx',
  brokenBind: 'an instance with a bind that is answered 5xx',
  brokenUnbind: 'an instance with a first unbind that is answered 5xx',
} as const;
export type Role = keyof typeof ROLES;

/** What else can make a row inapplicable. */
export const FEATURES = {
  login: 'a user name and password',
  otherLogin: 'the login of a second platform (`otherLogin` of the profile)',
  oldestVersion: 'a version older clients are turned away from (`oldestVersion` of the profile)',
  fetchableInstances: 'instances_retrievable on the service of the plan any',
  fetchableBindings: 'bindings_retrievable on the service of the plan anyBindable',
  contextUpdates: 'allow_context_updates on the service of the plan any',
} as const;
export type Feature = keyof typeof FEATURES;

export type Need = Role | Feature;

/** What a need asks for, told to people. */
export const NEEDS: Readonly<Record<Need, string>> = { ...ROLES, ...FEATURES };
