import { randomUUID } from 'node:crypto';
import { TestGateway } from '../support/gateway.js';
import type { OsbClient } from '../support/osb-client.js';
import { query } from '../support/postgres.js';
import { cancellableBackend } from './cancellable-backend.js';
import { eventually } from './eventually.js';

const PLAN = { serviceId: 'cancellable', planId: 'cancellable-plan' };
const ACCEPTS = { acceptsIncomplete: true };

let gateway: TestGateway;
let osb: OsbClient;
beforeAll(async () => {
  // A call lasts longer than a test may take.
  gateway = await TestGateway.start({ moreBackends: [cancellableBackend], timings: { callMs: 600_000, budgetMs: 600_000 } });
  await gateway.register('cancellable', 'cancellable', { name: 'cancellable' });
  osb = gateway.osb();
});
afterAll(() => gateway.stop());

test('issue 10, line 3: a delete is sent while the call of the create is open where the backend can cancel it, and ends with it', async () => {
  const id = randomUUID();
  const create = osb.provision(id, PLAN, {}, ACCEPTS);
  const running = `select 1 from operation o join service_instance i on i.incarnation = o.instance_incarnation where i.instance_id = $1`;
  await eventually(() => query(gateway.database.url, running, [id]), (rows) => rows.length === 1);
  const deleted = await osb.deprovision(id, PLAN, ACCEPTS);
  const { status, body } = await create;
  expect([status, (await osb.ended(id, body.operation)).body.state]).toEqual([202, 'failed']);
  if (deleted.status !== 200) expect((await osb.ended(id, deleted.body.operation)).body.state).toBe('succeeded');
  expect((await osb.deprovision(id, PLAN, ACCEPTS)).status).toBe(410);
});
