import { Traces } from './traces.js';

const INSTANCE = '/v2/service_instances/i';
const BINDING = `${INSTANCE}/service_bindings/b`;
const IDS = { service_id: 's', plan_id: 'p' };

test('what was created is left, bindings first, with the ids it was created by', () => {
  const traces = new Traces();
  traces.note('PUT', `${INSTANCE}?accepts_incomplete=true`, IDS, 202);
  traces.note('PUT', BINDING, IDS, 201);
  expect(traces.left).toEqual([
    { path: BINDING, serviceId: 's', planId: 'p' },
    { path: INSTANCE, serviceId: 's', planId: 'p' },
  ]);
});

test.each([
  ['a create that was refused', 'PUT', 400, 0],
  ['a create that broke down', 'PUT', 500, 1],
  ['a create that was not answered', 'PUT', undefined, 1],
  ['an update', 'PATCH', 200, 0],
])('%s', (_what, method, status, left) => {
  const traces = new Traces();
  traces.note(method, INSTANCE, IDS, status);
  expect(traces.left).toHaveLength(left);
});

test.each([
  [200, 0],
  [410, 0],
  [202, 2],
  [422, 2],
])('after a delete of the instance answered %i', (status, left) => {
  const traces = new Traces();
  traces.note('PUT', INSTANCE, IDS, 201);
  traces.note('PUT', BINDING, IDS, 201);
  traces.note('DELETE', `${INSTANCE}?service_id=s`, undefined, status);
  expect(traces.left).toHaveLength(left);
});
