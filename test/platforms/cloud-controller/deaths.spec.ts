import { neverAnswer, reply } from '../../support/stub-broker.js';
import { Stubbed } from './stubbed.js';

let stubbed: Stubbed;
beforeEach(async () => {
  stubbed = await (await Stubbed.start()).withInstance();
});
afterEach(() => stubbed.stop());

test('a create that was under way when its worker died has failed, and is deleted, without a poll', async () => {
  const { cf } = stubbed;
  stubbed.next('PUT', neverAnswer);
  void cf.createService('db', 'small', 'db-2');
  const { guid } = cf.database.instance('db-2');
  await stubbed.seen('PUT', guid);
  cf.workerDies();
  await cf.idle();
  expect(cf.database.instance('db-2').lastOperation).toMatchObject({ type: 'create', state: 'failed' });
  expect(cf.lines.filter((line) => line.includes(guid)).map((line) => line.split(' ')[0])).toEqual(['PUT', 'DELETE']);
});

test('what nobody polls any more has failed within the hour; only what a create may have left is deleted', async () => {
  const { cf } = stubbed;
  stubbed.next('PUT', reply(202)).next('PATCH', reply(202)).otherwise('GET', reply(200, { state: 'in progress' }));
  void cf.createService('db', 'small', 'db-2');
  void cf.updateService('orders-db', { parameters: { size: 2 } });
  const guids = ['db-2', 'orders-db'].map((name) => cf.database.instance(name).guid);
  for (const guid of guids) await stubbed.seen('GET', `${guid}/last_operation`);
  cf.workerDies();
  await cf.idle();
  expect(['db-2', 'orders-db'].map((name) => cf.database.instance(name).lastOperation.state)).toEqual(['failed', 'failed']);
  expect(stubbed.sent('DELETE')).toEqual([expect.stringContaining(guids[0] ?? '')]);
});
