import type { Behaviour, Behaviours } from './behaviour.js';
import type { SimulatorSettings } from './settings.js';

/** A plan: what the catalog says of it, and how its verbs behave unless parameters ask for something else. */
export interface SimulatedPlan {
  readonly name: string;
  readonly description: string;
  readonly behaviours: Behaviours;
  /** What a bind must name in its bind resource. */
  readonly bindsOnly?: 'app' | 'route';
  /** Bindings have metadata: they expire after an hour. */
  readonly bindingsExpire?: boolean;
  /** More members of the plan in the catalog. */
  readonly published?: Record<string, unknown>;
}

/** The version the plan `maintenance` is at. */
const MAINTENANCE_VERSION = '2.1.1+abcdef';

export function simulatedPlans(settings: SimulatorSettings): SimulatedPlan[] {
  const later: Behaviour = { async: { durationMs: settings.asyncDurationMs, outcome: 'succeeded' } };
  const slow: Behaviour = { delayMs: settings.slowDelayMs };
  return [
    plan('sync', 'Answers at once.'),
    plan('async', 'Accepts a provision, update or deprovision and finishes it later.', {
      behaviours: { provision: later, update: later, deprovision: later },
    }),
    plan('slow', 'Answers every change late, but when it is done.', {
      behaviours: { provision: slow, update: slow, deprovision: slow, bind: slow, unbind: slow },
    }),
    plan('failing', 'Accepts a provision and fails later, leaving something behind.', {
      behaviours: { provision: failing(settings) },
    }),
    plan('flaky', 'Does what it is told, but answers each change with a failure the first time.', {
      behaviours: everyChange({ throw: true, afterActing: true, times: 1 }),
    }),
    plan('not-bindable', 'Cannot be bound.', { published: { bindable: false } }),
    plan('updateable', 'Can be changed to any other plan.', { published: { plan_updateable: true } }),
    plan('rotatable', 'Has bindings that can be rotated, and expire.', {
      published: { binding_rotatable: true },
      bindingsExpire: true,
    }),
    plan('async-bind', 'Accepts a bind or unbind and finishes it later.', {
      behaviours: { bind: later, unbind: later },
      published: { binding_rotatable: true },
    }),
    plan('with-schema', 'Has parameter schemas (draft 04).', {
      published: { schemas: schemas('http://json-schema.org/draft-04/schema#') },
    }),
    plan('with-schema-2020', 'Has parameter schemas (draft 2020-12).', {
      published: { schemas: schemas('https://json-schema.org/draft/2020-12/schema') },
    }),
    plan('maintenance', `Is at version ${MAINTENANCE_VERSION}.`, {
      published: { maintenance_info: { version: MAINTENANCE_VERSION, description: 'A simulated patch.' } },
    }),
  ];
}

/** The plans of an offering with permissions: what their binds give needs one. */
export function plansWithPermissions(): SimulatedPlan[] {
  const giving = (answer: Record<string, unknown>): Behaviours => ({ bind: { answer } });
  return [
    plan('app-only', 'Can be bound to an app only.', { bindsOnly: 'app' }),
    plan('log-drain', 'Takes the logs of what it is bound to.', {
      behaviours: giving({ syslogDrainUrl: 'syslog-tls://logs.simulator.example:6514' }),
    }),
    plan('route-service', 'Can be bound to a route only, whose requests it is to be sent.', {
      bindsOnly: 'route',
      behaviours: giving({ routeServiceUrl: 'https://routes.simulator.example/' }),
    }),
    plan('managed-routes', 'Can be bound to a route only, whose requests it gets without being told of.', { bindsOnly: 'route' }),
    plan('volume', 'Gives a volume to be mounted.', { behaviours: giving({ volumeMounts: [VOLUME_MOUNT] }) }),
  ];
}

const VOLUME_MOUNT = {
  driver: 'simulated',
  container_dir: '/data/simulated',
  mode: 'rw',
  device_type: 'shared',
  device: { volume_id: 'simulated-volume', mount_config: { source: '//simulator.example/volume' } },
};

function plan(name: string, description: string, more: Partial<SimulatedPlan> = {}): SimulatedPlan {
  return { name, description, behaviours: {}, ...more };
}

function failing({ asyncDurationMs }: SimulatorSettings): Behaviour {
  return { async: { durationMs: asyncDurationMs, outcome: 'failed', description: 'The simulated quota is used up.' } };
}

function everyChange(behaviour: Behaviour): Behaviours {
  return {
    provision: behaviour,
    update: behaviour,
    deprovision: behaviour,
    bind: behaviour,
    unbind: behaviour,
  };
}

function schemas(draft: string): Record<string, unknown> {
  const parameters = {
    $schema: draft,
    type: 'object',
    properties: { size: { type: 'integer', minimum: 1, maximum: 64 }, simulate: { type: 'object' } },
    additionalProperties: false,
  };
  return {
    service_instance: { create: { parameters }, update: { parameters } },
    service_binding: { create: { parameters } },
  };
}
