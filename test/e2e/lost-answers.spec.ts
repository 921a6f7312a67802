import type { OsbClient } from '../support/osb-client.js';
import { PostgresProxy } from '../faults/proxies/postgres-proxy.js';
import { FORWARD } from '../faults/proxies/fate.js';
import { TestGateway } from '../support/gateway.js';
import { GATEWAY_TEMPLATE } from '../support/gateway-template.js';
import { createDatabase, query, type TestDatabase } from '../support/postgres.js';
import { startRemote, type RemoteSimulator } from '../support/remote-simulator.js';
import { eventually } from './eventually.js';
import { HELD } from './simulators.js';

let database: TestDatabase;
let proxy: PostgresProxy;
let remote: RemoteSimulator;
let gateway: TestGateway;
let osb: OsbClient;

beforeAll(async () => {
  [database, remote] = await Promise.all([createDatabase(GATEWAY_TEMPLATE), startRemote({ serviceName: 'remote', asyncDurationMs: 100 })]);
  proxy = await PostgresProxy.start(database.url);
  gateway = await TestGateway.start({ database: { ...database, url: proxy.url } });
  await gateway.register('remote', 'osb', remote.settings);
  osb = gateway.osb();
});
afterAll(async () => {
  await gateway.stop();
  await proxy.close();
  await Promise.all([database.drop(), remote.broker.close()]);
});
afterEach(() => (proxy.fateOf = () => FORWARD));

const plan = (name: string) => ({ serviceId: 'remote-service', planId: `remote-${name}` });

/** The next such statement is carried out, and nobody hears of it. Gives whether that has happened. */
function lose(statement: string): () => boolean {
  let isLost = false;
  proxy.fateOf = (round) => {
    if (isLost || round.statement !== statement) return FORWARD;
    isLost = true;
    return { kind: 'lose answer' };
  };
  return () => isLost;
}

/** How often the broker was asked to change this instance or its bindings, and what the trail says of it. */
async function told(id: string): Promise<{ asked: number; trail: string[] }> {
  const trail = await query<{ outcome: string }>(database.url, `select outcome from audit_event where subject like '%instance ' || $1 order by id`, [id]);
  const asked = remote.broker.requests.filter(({ method, url }) => method !== 'GET' && url.includes(`/${id}`)).length;
  return { asked, trail: trail.map(({ outcome }) => outcome) };
}

const existing = async (id: string): Promise<string> => {
  expect((await osb.provision(id, plan('updateable'))).status).toBe(201);
  return id;
};

describe('a commit whose answer is lost is looked up, and what it began goes on', () => {
  test('of a provision', async () => {
    const isLost = lose('reserve-provision');
    expect((await osb.provision('begun', plan('sync'))).status).toBe(201);
    expect(isLost()).toBe(true);
    expect(await told('begun')).toEqual({ asked: 1, trail: ['started', 'succeeded'] });
  });

  test.each<[string, (id: string) => ReturnType<OsbClient['provision']>]>([
    ['an update', (id) => osb.update(id, 'remote-service', { plan_id: 'remote-sync' })],
    ['a bind', (id) => osb.bind(id, 'binding', plan('updateable'))],
    ['a deprovision', (id) => osb.deprovision(id, plan('updateable'))],
  ])('of %s', async (what, change) => {
    const id = await existing(`begun-${what.replace(' ', '-')}`);
    const isLost = lose('commit');
    expect((await change(id)).status).toBeLessThan(300);
    expect(isLost()).toBe(true);
    expect(await told(id)).toEqual({ asked: 2, trail: ['started', 'succeeded', 'started', 'succeeded'] });
  });
});

describe('what was committed after its request was answered 503', () => {
  const answered503 = async (id: string): Promise<void> => {
    proxy.fateOf = ({ statement }) => (['reserve-provision', 'find-committed'].includes(statement) ? { kind: 'lose answer' } : FORWARD);
    expect((await osb.provision(id, plan('sync'))).status).toBe(503);
    proxy.fateOf = () => FORWARD;
  };

  test('is not begun: it ends as failed, and nothing is made', async () => {
    await answered503('unheard-of');
    const { trail } = await eventually(() => told('unheard-of'), (seen) => seen.trail.includes('failed'));
    expect(trail.slice(0, 2)).toEqual(['started', 'failed']);
    expect(remote.broker.requests.filter(({ method, url }) => method === 'PUT' && url.includes('/unheard-of'))).toEqual([]);
  });

  test('is carried on where the request is sent again before that and accepted', async () => {
    await answered503('sent-again');
    const { status, body } = await osb.provision('sent-again', plan('sync'), {}, { acceptsIncomplete: true });
    expect(status).toBe(202);
    expect((await osb.ended('sent-again', body.operation)).body.state).toBe('succeeded');
    expect((await told('sent-again')).trail).toEqual(['started', 'succeeded']);
  });
});

describe('a result whose commit is not answered is told again, and counts once', () => {
  test('at the end of a provision', async () => {
    const isLost = lose('settle-operation');
    expect((await osb.provision('ended', plan('sync'))).status).toBe(201);
    expect(isLost()).toBe(true);
    expect(await told('ended')).toEqual({ asked: 1, trail: ['started', 'succeeded'] });
  });

  test('at the end of a provision that failed, with its clean-up', async () => {
    remote.broker.addFault({ method: 'PUT', path: 'failed', status: 500 });
    const isLost = lose('commit');
    expect((await osb.provision('failed', plan('sync'))).status).toBe(502);
    expect(isLost()).toBe(true);
    const seen = await eventually(() => told('failed'), ({ trail }) => trail.length > 3);
    expect(seen).toEqual({ asked: 2, trail: ['started', 'failed', 'started', 'succeeded'] });
  });

  test('of an operation the backend accepted', async () => {
    const isLost = lose('record-accepted');
    const { status, body } = await osb.provision('accepted', plan('async'), {}, { acceptsIncomplete: true });
    expect([status, isLost()]).toEqual([202, true]);
    expect((await osb.ended('accepted', body.operation)).body.state).toBe('succeeded');
    expect(await told('accepted')).toEqual({ asked: 1, trail: ['started', 'accepted', 'succeeded'] });
  });

  test('of a poll', async () => {
    const isLost = lose('record-looks');
    const { body } = await osb.provision('polled', plan('async'), { parameters: { simulate: HELD } }, { acceptsIncomplete: true });
    expect(await eventually(async () => isLost(), (lost) => lost)).toBe(true);
    for (const operation of remote.simulator.ledger.inventory.instance('polled')?.operations ?? []) Object.assign(operation, { startedAtMs: 0 });
    expect((await osb.ended('polled', body.operation)).body.state).toBe('succeeded');
    expect(await told('polled')).toEqual({ asked: 1, trail: ['started', 'accepted', 'succeeded'] });
  });
});
