import draft04 from 'ajv-draft-04';
import { catalog } from './catalog.js';

interface Published {
  services: { id: string; name: string; plans: { id: string; schemas: Schemas }[] }[];
}
interface Schemas {
  service_instance: { create: { parameters: object }; update: { parameters: object } };
  service_binding: { create: { parameters: object } };
}

const published = (settings: Parameters<typeof catalog>[0] = {}): Published => catalog(settings) as Published;

test('the ids of the default catalog never change: platforms keep them', () => {
  expect(published().services).toMatchObject([
    {
      id: 'babb061e-2320-401f-81a8-a0a140f9d917',
      name: 'postgresql',
      plan_updateable: true,
      plans: [
        { id: 'f2890784-bd3e-4492-b55d-5f124de792eb', name: 'small' },
        { id: '68c2a464-5dfb-4bc2-b90a-77b77fb4e3bd', name: 'large' },
      ],
    },
  ]);
});

test('a second installation publishes a service and plans of its own', () => {
  const plans = [{ id: 'p', name: 'maps', description: 'With maps', connectionLimit: 7, extensions: ['postgis'] }];
  expect(published({ serviceId: 's', serviceName: 'postgis', plans }).services).toMatchObject([
    {
      id: 's',
      name: 'postgis',
      plans: [{ id: 'p', metadata: { bullets: ['Up to 7 connections', 'Extension postgis'] } }],
    },
  ]);
});

test.each([
  ['a bind without parameters', 'bind', {}, true],
  ['a readonly bind', 'bind', { role: 'readonly' }, true],
  ['a bind of an unknown role', 'bind', { role: 'root' }, false],
  ['a bind with a parameter there is not', 'bind', { user: 'me' }, false],
  ['a provision without parameters', 'create', {}, true],
  ['a provision with a parameter there is not', 'create', { size: 'xl' }, false],
  ['an update with a parameter there is not', 'update', { size: 'xl' }, false],
] as const)('%s: the published draft-04 schema says so', (_what, verb, parameters, valid) => {
  for (const { schemas } of published().services.flatMap(({ plans }) => plans)) {
    const { create, update } = schemas.service_instance;
    const schema = { create, update, bind: schemas.service_binding.create }[verb].parameters;
    expect(schema).toHaveProperty('$schema', 'http://json-schema.org/draft-04/schema#');
    expect(new draft04.default({ strict: true }).validate(schema, parameters)).toBe(valid);
  }
});
