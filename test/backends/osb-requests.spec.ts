import { fromRawJson, type RawJson, type ServiceBackend } from '#sdk';
import { testBindingCall, testCall } from '#sdk/testing';
import fc from 'fast-check';
import {
  binding,
  catalogWith,
  instance,
  osbAt,
  provision,
  refusalOf,
  update,
  verbs,
} from './osb-fixture.js';
import { reply, StubBroker } from '../support/stub-broker.js';

let stub: StubBroker;
let backend: ServiceBackend;

beforeAll(async () => {
  stub = await StubBroker.start();
  ({ backend } = osbAt(`${stub.url}/broker/`));
});
beforeEach(async () => {
  stub.next(reply(200, catalogWith()));
  await backend.catalog({ signal: AbortSignal.timeout(60_000) });
});
afterAll(async () => {
  await backend.close?.();
  await stub.stop();
});

const poll = { kind: 'update', pollToken: 'op' } as const;

/** Everything JSON.parse and JSON.stringify would change. */
const odd =
  '{ "10":1, "2" : 12345678901234567890, "x":1.0, "e":1E+2, "u":"\\u00e4ä\\/", "s":"\\ud800", "e":[ ], "":{} }';
const raw = (text: string): RawJson => fromRawJson(text);

describe('what is sent to the broker', () => {
  test.each([
    ['provision', 'PUT', '/broker/v2/service_instances/i-1?accepts_incomplete=true'],
    ['update', 'PATCH', '/broker/v2/service_instances/i-1?accepts_incomplete=true'],
    ['deprovision', 'DELETE', '/broker/v2/service_instances/i-1?service_id=s-1&plan_id=p-1&accepts_incomplete=true'],
    ['fetchInstance', 'GET', '/broker/v2/service_instances/i-1?service_id=s-1&plan_id=p-1'],
    ['bind', 'PUT', '/broker/v2/service_instances/i-1/service_bindings/b-1?accepts_incomplete=true'],
    [
      'unbind',
      'DELETE',
      '/broker/v2/service_instances/i-1/service_bindings/b-1?service_id=s-1&plan_id=p-1&accepts_incomplete=true',
    ],
    ['fetchBinding', 'GET', '/broker/v2/service_instances/i-1/service_bindings/b-1?service_id=s-1&plan_id=p-1'],
  ] as const)('%s is %s %s', async (verb, method, url) => {
    await verbs[verb](backend);
    expect(stub.last).toMatchObject({ method, url });
    expect(stub.last.headers).toMatchObject({
      'x-broker-api-version': '2.17',
      authorization: `Basic ${Buffer.from('gateway:pässwörd:1').toString('base64')}`,
      accept: 'application/json',
    });
    expect(stub.last.headers['accept-encoding']).toBeUndefined();
    const hasBody = method === 'PUT' || method === 'PATCH';
    expect(stub.last.headers['content-type']).toBe(hasBody ? 'application/json' : undefined);
    expect(stub.last.body === '').toBe(!hasBody);
  });

  test('a bare provision, update and bind have no members that were not given', async () => {
    await backend.provision(provision, testCall());
    expect(stub.last.body).toBe(
      '{"service_id":"s-1","plan_id":"p-1","organization_guid":"org-1","space_guid":"space-1"}',
    );
    await backend.update(update, testCall());
    expect(stub.last.body).toBe('{"service_id":"s-1","plan_id":"p-2"}');
    await backend.bind(binding, testBindingCall());
    expect(stub.last.body).toBe('{"service_id":"s-1","plan_id":"p-1"}');
  });

  test('all that was given keeps its bytes', async () => {
    const given = { parameters: raw(odd), context: raw(odd) };
    const maintenanceInfo = raw('{"version":"2.1.1+abc", "n":1.0}');
    await backend.provision({ ...provision, ...given, maintenanceInfo }, testCall());
    expect(stub.last.body).toBe(
      '{"service_id":"s-1","plan_id":"p-1","organization_guid":"org-1","space_guid":"space-1",' +
        `"context":${odd},"parameters":${odd},"maintenance_info":${maintenanceInfo.raw}}`,
    );
    await backend.update({ ...update, ...given, maintenanceInfo, previousValues: raw(odd) }, testCall());
    expect(stub.last.body).toBe(
      `{"service_id":"s-1","plan_id":"p-2","context":${odd},"parameters":${odd},` +
        `"maintenance_info":${maintenanceInfo.raw},"previous_values":${odd}}`,
    );
    await backend.bind({ ...binding, ...given, appGuid: 'app "1"', bindResource: raw(odd) }, testBindingCall());
    expect(stub.last.body).toBe(
      `{"service_id":"s-1","plan_id":"p-1","app_guid":"app \\"1\\"","bind_resource":${odd},` +
        `"context":${odd},"parameters":${odd}}`,
    );
  });

  test('the predecessor of a rotated binding', async () => {
    await backend.bind({ ...binding, predecessorBindingId: 'b-0' }, testBindingCall());
    expect(JSON.parse(stub.last.body)).toMatchObject({ predecessor_binding_id: 'b-0' });
  });

  test('but not to a broker older than rotation, which would make a plain binding', async () => {
    const old = osbAt(stub.url, { apiVersion: '2.16' }).backend;
    const before = stub.requests.length;
    const bind = old.bind({ ...binding, predecessorBindingId: 'b-0' }, testBindingCall());
    expect(await refusalOf(bind)).toMatchObject({ code: 'BadRequest' });
    expect(stub.requests).toHaveLength(before);
  });

  test('a megabyte of parameters', async () => {
    const parameters = raw(JSON.stringify({ blob: 'ä'.repeat(500_000) }));
    await backend.provision({ ...provision, parameters }, testCall());
    expect(stub.last.body).toContain(`"parameters":${parameters.raw}`);
  });

  test('the version the operator set, and a bearer token where one is set', async () => {
    const settings = { apiVersion: '2.13', username: undefined, password: undefined, bearerToken: 'abc.def' };
    const other = osbAt(stub.url, settings).backend;
    await verbs.provision(other);
    expect(stub.last.headers).toMatchObject({ 'x-broker-api-version': '2.13', authorization: 'Bearer abc.def' });
    await other.close?.();
  });
});

describe('identities of a request', () => {
  test('are passed on byte for byte, and left out where there are none', async () => {
    const originatingIdentity = `kubernetes ${'eyJ1c2VybmFtZSI6ImEifQ'.repeat(1_000)}==`;
    await backend.provision(provision, testCall({ originatingIdentity, requestIdentity: 'r-\u00e4-1' }));
    expect(stub.last.headers).toMatchObject({
      'x-broker-api-originating-identity': originatingIdentity,
      'x-broker-api-request-identity': 'r-\u00e4-1',
    });
    await backend.provision(provision, testCall());
    expect(stub.last.headers).not.toHaveProperty('x-broker-api-originating-identity');
    expect(stub.last.headers).not.toHaveProperty('x-broker-api-request-identity');
  });

  test.each(['a\r\nX-Evil: 1', 'a\nb', 'a\0b', 'a\u0100b', '🚫', '', '\u007f'])(
    'that no header can carry are left out: %j',
    async (hostile) => {
      const call = testCall({ originatingIdentity: hostile, requestIdentity: hostile });
      expect(await backend.provision(provision, call)).toMatchObject({ kind: 'done' });
      expect(stub.last.headers).not.toHaveProperty('x-evil');
      expect(stub.last.headers).not.toHaveProperty('x-broker-api-originating-identity');
    },
  );
});

describe('ids of any characters', () => {
  const ids = [
    'a/b',
    'a%2Fb',
    'a b',
    '../../admin',
    'a?b#c',
    'a+b&c=d',
    'ümläut-容器-🚫',
    '\u0001',
    '%',
    'x'.repeat(1024),
    '...',
  ];

  test.each(ids)('%j arrives as it is', async (id) => {
    const ref = { ...instance, instanceId: id, serviceId: id, planId: id };
    await backend.unbind({ ...ref, bindingId: id }, testBindingCall());
    const [path = '', query = ''] = stub.last.url.split('?');
    expect(path.split('/').slice(4).map(decodeURIComponent)).toEqual([id, 'service_bindings', id]);
    expect([...new URLSearchParams(query)]).toEqual([
      ['service_id', id],
      ['plan_id', id],
      ['accepts_incomplete', 'true'],
    ]);
  });

  test('any text is one segment and one parameter', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((id) => !/^\.{1,2}$/.test(id));
    await fc.assert(
      fc.asyncProperty(text, text, async (id, operation) => {
        stub.next(reply(200, { state: 'in progress' }));
        const ref = { ...instance, instanceId: id };
        await backend.lastInstanceOperation({ ...ref, kind: 'provision', pollToken: operation }, testCall());
        const [path = '', query = ''] = stub.last.url.split('?');
        expect(path.split('/').slice(4).map(decodeURIComponent)).toEqual([id, 'last_operation']);
        expect(new URLSearchParams(query).get('operation')).toBe(operation);
        expect(query).not.toContain('+');
      }),
      { numRuns: 50 },
    );
  });

  test.each(['.', '..', '', '\ud800'])('%j cannot be sent and is refused here', async (id) => {
    const before = stub.requests.length;
    await expect(async () => backend.deprovision({ ...instance, instanceId: id }, testCall())).rejects.toMatchObject({
      code: 'BadRequest',
    });
    await expect(async () => backend.unbind({ ...binding, bindingId: id }, testBindingCall())).rejects.toMatchObject({
      code: 'BadRequest',
    });
    expect(stub.requests).toHaveLength(before);
  });
});

describe('polls', () => {
  beforeEach(() => stub.otherwise(reply(200, { state: 'in progress' })));
  afterEach(() => stub.otherwise(reply(200)));

  test('carry the ids, the plan the platform would name and the operation', async () => {
    await backend.lastInstanceOperation({ ...instance, planId: 'p-before', ...poll, pollToken: 'a+b c/ä' }, testCall());
    expect(stub.last).toMatchObject({
      method: 'GET',
      url: '/broker/v2/service_instances/i-1/last_operation?service_id=s-1&plan_id=p-before&operation=a%2Bb%20c%2F%C3%A4',
    });
    await backend.lastBindingOperation({ ...binding, kind: 'bind', pollToken: 'op' }, testBindingCall());
    expect(stub.last.url).toBe(
      '/broker/v2/service_instances/i-1/service_bindings/b-1/last_operation?service_id=s-1&plan_id=p-1&operation=op',
    );
  });

  test('carry no operation where there is none', async () => {
    await backend.lastInstanceOperation({ ...instance, kind: 'update' }, testCall());
    expect(stub.last.url).toBe('/broker/v2/service_instances/i-1/last_operation?service_id=s-1&plan_id=p-1');
  });

  test('carry an operation of 10,000 characters', async () => {
    const pollToken = 'x=/'.repeat(3_333);
    await backend.lastInstanceOperation({ ...instance, kind: 'update', pollToken }, testCall());
    expect(new URL(stub.last.url, stub.url).searchParams.get('operation')).toBe(pollToken);
  });
});

describe('what the broker gives back', () => {
  test('an instance', async () => {
    stub.next(
      reply(201, {
        dashboard_url: 'https://dash.example.com/i-1',
        metadata: { labels: { team: 'a' }, attributes: { size: 3 } },
        'x-vendor': 1,
      }),
    );
    expect(await verbs.provision(backend)).toEqual({
      kind: 'done',
      result: {
        dashboardUrl: 'https://dash.example.com/i-1',
        metadata: { labels: { team: 'a' }, attributes: { size: 3 } },
      },
    });
  });

  test('a binding, with every byte of its credentials', async () => {
    const rest =
      '"syslog_drain_url":"syslog://l:1","route_service_url":"https://r","volume_mounts":[{"driver":"nfs"}],' +
      '"endpoints":[{"host":"h","ports":["1-2"]}],"metadata":{"expires_at":"2030-01-01T00:00:00.0Z"}';
    stub.next(reply(201, `{ "credentials" : ${odd} ,${rest}}`));
    const outcome = await backend.bind(binding, testBindingCall());
    expect(outcome).toMatchObject({
      kind: 'done',
      result: {
        credentials: { raw: odd },
        syslogDrainUrl: 'syslog://l:1',
        routeServiceUrl: 'https://r',
        volumeMounts: [{ driver: 'nfs' }],
        endpoints: [{ host: 'h', ports: ['1-2'] }],
        metadata: { expires_at: '2030-01-01T00:00:00.0Z' },
      },
    });
  });

  test('a fetched instance and a fetched binding', async () => {
    stub.next(
      reply(200, `{"plan_id":"p-9","parameters":${odd},"maintenance_info":{"version":"1.2.3"},"dashboard_url":""}`),
    );
    expect(await backend.fetchInstance(instance, testCall())).toMatchObject({
      planId: 'p-9',
      parameters: { raw: odd },
      maintenanceInfo: { version: '1.2.3' },
    });
    stub.next(reply(200, `{"parameters":${odd},"credentials":${odd}}`));
    expect(await backend.fetchBinding(binding, testBindingCall())).toMatchObject({
      parameters: { raw: odd },
      credentials: { raw: odd },
    });
  });
});
