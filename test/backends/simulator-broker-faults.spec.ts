import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator, startBroker, StateFile, type LedgerJson, type WireFaultInput } from '#backends/simulator';
import {
  BINDING,
  bindBody,
  INSTANCE,
  pollPath,
  provisionBody,
  query,
  startSimulatedBroker,
  type Reply,
  type SimulatedBroker,
} from './simulator-client.js';

let broker: SimulatedBroker;

beforeEach(async () => {
  broker = await startSimulatedBroker();
});
afterEach(() => broker.close());

const provision = (signal?: AbortSignal): Promise<Reply> =>
  broker.call('PUT', INSTANCE, provisionBody('sync'), {}, signal);
const fault = (set: WireFaultInput): Promise<Reply> => broker.call('POST', '/_control/faults', JSON.stringify(set));
const ledger = async (): Promise<LedgerJson> =>
  (await broker.call('GET', '/_control/ledger')).json as unknown as LedgerJson;

describe('a fault on the wire', () => {
  test('executes but loses the answer, once', async () => {
    expect((await fault({ method: 'PUT', path: '^/v2/service_instances/[^/]+$', close: true })).status).toBe(201);
    await expect(provision()).rejects.toThrow('fetch failed');
    expect((await ledger()).instances).toMatchObject([{ instanceId: 'i-1', status: 'ready' }]);
    expect(broker.requests.at(-1)).not.toHaveProperty('status');
    expect((await provision()).status).toBe(200);
  });

  test('closes the connection without executing', async () => {
    await fault({ act: false, close: true });
    await expect(provision()).rejects.toThrow('fetch failed');
    expect((await ledger()).instances).toEqual([]);
    expect((await provision()).status).toBe(201);
  });

  test('answers with any status, headers and bytes in place of the next three', async () => {
    await fault({
      act: false,
      status: 503,
      headers: { 'retry-after': '7', 'content-type': 'text/html' },
      body: '<h1>',
      times: 3,
    });
    for (const _time of [1, 2, 3]) {
      const reply = await fetch(`${broker.url}${INSTANCE}`, { method: 'PUT' });
      expect([reply.status, reply.headers.get('retry-after'), await reply.text()]).toEqual([503, '7', '<h1>']);
    }
    expect((await provision()).status).toBe(201);
  });

  test('executes and answers something else', async () => {
    await fault({ status: 202, body: '{"operation":' });
    const response = await fetch(`${broker.url}${INSTANCE}`, { method: 'DELETE' });
    expect([response.status, await response.text()]).toEqual([202, '{"operation":']);
  });

  test('executes a request late, after its caller has given up', async () => {
    await fault({ method: 'PUT', delayMs: 150 });
    await expect(provision(AbortSignal.timeout(30))).rejects.toThrow('aborted');
    expect((await ledger()).instances).toEqual([]);
    const { inventory } = broker.simulator.ledger;
    while (inventory.instances().length === 0) await new Promise(setImmediate);
    expect((await provision()).status).toBe(200);
  });

  test('executes at once and answers late, or drips the answer, or never answers', async () => {
    await fault({ method: 'PUT', answerDelayMs: 60_000 });
    await expect(provision(AbortSignal.timeout(50))).rejects.toThrow('aborted');
    expect((await ledger()).instances).toHaveLength(1);
    await fault({ method: 'GET', path: '^/v2', dripMs: 1 });
    expect((await broker.call('GET', INSTANCE)).json).toMatchObject({ service_id: 'simulator-service' });
    await fault({ method: 'GET', path: '^/v2', hang: true });
    await expect(broker.call('GET', INSTANCE, undefined, {}, AbortSignal.timeout(50))).rejects.toThrow('aborted');
  });

  test('that makes no sense is refused, and a waiting one can be taken back', async () => {
    expect(await fault({ act: false })).toMatchObject({ status: 400, json: { error: 'BadRequest' } });
    expect((await broker.call('POST', '/_control/faults', '{')).status).toBe(400);
    expect((await broker.call('POST', '/_control/faults', '{"closed":true}')).status).toBe(400);
    broker.addFault({ close: true, times: 9 });
    await broker.call('DELETE', '/_control/faults');
    expect((await provision()).status).toBe(201);
  });
});

describe('the control routes', () => {
  test('show what was asked, and start over on reset', async () => {
    await provision();
    await broker.call('PUT', BINDING, bindBody('sync'));
    expect(await ledger()).toMatchObject({
      calls: [
        { verb: 'provision', instanceId: 'i-1', outcome: 'done', operationId: expect.any(String) },
        { verb: 'bind', bindingId: 'b-1', outcome: 'done' },
      ],
      instances: [{ instanceId: 'i-1', bindings: [{ bindingId: 'b-1' }] }],
    });
    const { requests } = (await broker.call('GET', '/_control/requests')).json;
    expect(requests).toMatchObject([{ method: 'PUT', url: INSTANCE, status: 201 }, { status: 201 }]);
    await broker.call('POST', '/_control/reset');
    expect(await ledger()).toEqual({ calls: [], instances: [], events: [] });
    expect((await provision()).status).toBe(201);
  });

  test('need the credentials of the broker', async () => {
    expect((await fetch(`${broker.url}/_control/ledger`)).status).toBe(401);
    expect((await broker.call('GET', '/_control/nothing')).status).toBe(404);
  });
});

describe('a broker on the wire', () => {
  test('takes 60 KB of headers, and refuses more with a JSON object', async () => {
    const identity = (sizeBytes: number): Record<string, string> => ({
      'x-broker-api-originating-identity': `kubernetes ${'e'.repeat(sizeBytes)}`,
    });
    expect((await broker.call('GET', '/v2/catalog', undefined, identity(60_000))).status).toBe(200);
    const refused = await broker.call('GET', '/v2/catalog', undefined, identity(70_000));
    expect(refused).toMatchObject({ status: 431, json: { error: 'HeaderTooLarge' } });
  });

  test('answers what is not HTTP with a JSON object', async () => {
    const socket = connect(broker.port, '127.0.0.1');
    socket.end('NOT HTTP\r\n\r\n');
    let received = '';
    for await (const chunk of socket) received += String(chunk);
    expect(received).toMatch(/^HTTP\/1\.1 400 .*\{"error":"BadRequest"/s);
  });

  test('with an old API version refuses a newer one', async () => {
    const old = await startSimulatedBroker({ apiVersion: '2.14' });
    expect((await old.call('GET', '/v2/catalog')).status).toBe(412);
    expect((await old.call('GET', '/v2/catalog', undefined, { 'x-broker-api-version': '2.14' })).status).toBe(200);
    await old.close();
    await expect(startSimulatedBroker({ apiVersion: 'v2' })).rejects.toThrow('must look like 2.17');
  });

  test('without credentials of its own lets everybody in', async () => {
    const open = await startBroker({ backend: createSimulator() });
    expect((await fetch(`${open.url}/v2/catalog`)).status).toBe(400);
    expect((await fetch(`${open.url}/v2/catalog`, { headers: { 'x-broker-api-version': '2.17' } })).status).toBe(200);
    await open.close();
  });
});

describe('a broker with a state file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  function restarted(path: string): Promise<SimulatedBroker> {
    const file = new StateFile(path);
    const simulator = createSimulator({ asyncDurationMs: 20 }, file.section('simulator'));
    return startSimulatedBroker({ store: file.section('broker') }, simulator);
  }

  test('knows its instances, bindings and operations after a restart', async () => {
    const path = join(folder, 'state.json');
    const before = await restarted(path);
    await before.call('PUT', INSTANCE, provisionBody('sync', '{"n":12345678901234567890}'));
    const bound = await before.call('PUT', BINDING, bindBody('sync'));
    const later = `/v2/service_instances/i-2`;
    const accepted = await before.call('PUT', `${later}?accepts_incomplete=true`, provisionBody('async'));
    await before.call('PUT', '/v2/service_instances/i-3', provisionBody('sync'));
    await before.call('DELETE', `/v2/service_instances/i-3${query('sync')}`);
    await before.close();

    const after = await restarted(path);
    expect(await after.call('PUT', BINDING, bindBody('sync'))).toMatchObject({ status: 200, text: bound.text });
    expect((await after.call('GET', INSTANCE)).text).toContain('12345678901234567890');
    expect(await after.end(pollPath(later, accepted))).toMatchObject({ json: { state: 'succeeded' } });
    expect((await after.call('GET', '/v2/service_instances/i-3/last_operation')).status).toBe(410);
    expect((await after.call('DELETE', INSTANCE + query('sync'))).status).toBe(200);
    await after.close();
  });

  test('that ended in the middle of a provision still has what it made, for a delete to find', async () => {
    const path = join(folder, 'killed.json');
    const before = await restarted(path);
    const hanging = provisionBody('sync', '{"simulate":{"hang":true,"afterActing":true}}');
    const lost = before.call('PUT', INSTANCE, hanging).catch(() => 'lost');
    const { inventory } = before.simulator.ledger;
    while (inventory.instances().length === 0) await new Promise(setImmediate);
    await before.close();
    expect(await lost).toBe('lost');

    const after = await restarted(path);
    expect((await after.call('GET', INSTANCE)).status).toBe(404);
    expect((await after.call('DELETE', INSTANCE + query('sync'))).status).toBe(200);
    expect(after.simulator.ledger.inventory.instances()).toEqual([]);
    await after.close();
  });

  test('that is not JSON is refused by name', async () => {
    const path = join(folder, 'broken.json');
    await writeFile(path, '{');
    expect(() => new StateFile(path)).toThrow('broken.json is not readable JSON');
  });
});
