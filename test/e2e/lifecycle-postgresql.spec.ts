import { randomUUID } from 'node:crypto';
import { TestGateway } from '../support/gateway.js';
import type { JsonBody } from '../support/http-client.js';
import type { OsbClient, PlanIds } from '../support/osb-client.js';
import { createDatabase, query } from '../support/postgres.js';
import { Journey } from './journey.js';

let gateway: TestGateway;
let osb: OsbClient;
let small: PlanIds;
let large: PlanIds;
beforeAll(async () => {
  gateway = await TestGateway.start();
  osb = gateway.osb();
  small = await gateway.plan('postgresql', 'small');
  large = await gateway.plan('postgresql', 'large');
});
afterAll(() => gateway.stop());

const uri = ({ body }: { body: JsonBody }): string => body['credentials'].uri;

test.each([
  ['2.17', 'accepts incomplete operations', true],
  ['2.13', 'waits', false],
])('a database lives its whole life for a platform of version %s that %s', async (version, _how, acceptsIncomplete) => {
  const bindParameters = { role: 'readwrite' };
  const options = { plan: small, acceptsIncomplete, asyncBindings: false, bindParameters };
  await expect(new Journey(gateway.osb(undefined, version), options).whole()).resolves.toBeUndefined();
});

test('applications connect with their credentials, share what they make, and are locked out after the unbind', async () => {
  const id = randomUUID();
  expect((await osb.provision(id, small)).status).toBe(201);
  const writer = uri(await osb.bind(id, 'writer', small));
  const reader = uri(await osb.bind(id, 'reader', small, { parameters: { role: 'readonly' } }));
  await query(writer, 'create table visitor (name text)');
  await query(writer, "insert into visitor values ('Grüße')");
  expect(await query(reader, 'select name from visitor')).toEqual([{ name: 'Grüße' }]);
  await expect(query(reader, 'delete from visitor')).rejects.toMatchObject({ code: '42501' });

  expect(uri(await osb.bind(id, 'writer', small))).toBe(writer);
  expect(uri(await osb.fetchBinding(id, 'reader'))).toBe(reader);
  expect((await osb.unbind(id, 'reader', small)).status).toBe(200);
  await expect(query(reader, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  expect(await query(writer, 'select name from visitor')).toEqual([{ name: 'Grüße' }]);

  expect((await osb.deprovision(id, small)).status).toBe(200);
  await expect(query(writer, 'select 1')).rejects.toMatchObject({ code: '28P01' });
});

test('an update to the plan large raises the connection limit, and keeps the data and the credentials', async () => {
  const id = randomUUID();
  await osb.provision(id, small);
  const url = uri(await osb.bind(id, 'b', small));
  await query(url, 'create table kept (i int)');
  const limit = () => query(url, 'select datconnlimit from pg_database where datname = current_database()');
  expect(await limit()).toEqual([{ datconnlimit: 20 }]);
  expect((await osb.update(id, small.serviceId, { plan_id: large.planId, parameters: {} })).status).toBe(200);
  expect(await limit()).toEqual([{ datconnlimit: 100 }]);
  expect(await query(url, 'select * from kept')).toEqual([]);
  expect((await osb.fetch(id)).body['plan_id']).toBe(large.planId);
  expect((await osb.provision(id, small)).status).toBe(409);
  expect((await osb.provision(id, large)).status).toBe(200);
  expect((await osb.deprovision(id, small)).status).toBe(200);
});

test('the same id after a deprovision is a new, empty database', async () => {
  const id = randomUUID();
  await osb.provision(id, small);
  const before = uri(await osb.bind(id, 'b', small));
  await query(before, 'create table old (i int)');
  await osb.deprovision(id, small);
  expect((await osb.provision(id, small)).status).toBe(201);
  const after = uri(await osb.bind(id, 'b', small));
  await expect(query(before, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  await expect(query(after, 'select * from old')).rejects.toMatchObject({ code: '42P01' });
  await osb.deprovision(id, small);
});

test('no binding gets into the database of the gateway, nor into that of another instance', async () => {
  // Not a copy of the template: rights on a database are not copied with it.
  const database = await createDatabase('template0');
  const fresh = await TestGateway.start({ database, env: { MIGRATE: 'auto' } });
  const platform = fresh.osb();
  await Promise.all(['mine', 'other'].map((id) => platform.provision(id, small)));
  const [url, otherUrl] = [uri(await platform.bind('mine', 'b', small)), uri(await platform.bind('other', 'b', small))];
  for (const name of [database.name, new URL(otherUrl).pathname.slice(1)]) {
    const into = Object.assign(new URL(url), { pathname: name }).href;
    await expect(query(into, 'select 1')).rejects.toMatchObject({ code: '42501' });
  }
  await Promise.all(['mine', 'other'].map((id) => platform.deprovision(id, small)));
  await fresh.stop();
  await database.drop();
});

test('parameters the plan does not know are refused, and make nothing', async () => {
  const id = randomUUID();
  const refused = await osb.provision(id, small, { parameters: { size: 3 } });
  expect([refused.status, refused.body['error']]).toEqual([400, 'BadRequest']);
  expect((await osb.deprovision(id, small)).status).toBe(410);
});
