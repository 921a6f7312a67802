import Fastify, { type FastifyInstance } from 'fastify';
import { BrokerError } from '#sdk';
import { Argon2idDigests } from '../credentials/argon2id-digests.js';
import { AuthenticationHook } from './authentication-hook.js';
import { Authenticator } from './authenticator.js';
import { AdminStrategy, PlatformStrategy } from './strategies.js';

const CHALLENGE = 'Basic realm="osb-gateway", charset="UTF-8"';
const basic = (username: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
});
const PLATFORM = basic('cf', ':pässwörd:x');
const ADMIN = basic('admin', 'admin:password');

/** A server as the app builds it, and the bodies its parser was given. */
async function gateway(name: string): Promise<{ readonly app: FastifyInstance; readonly bodies: string[] }> {
  const digests = new Argon2idDigests();
  const digest = await digests.digest(':pässwörd:x', 'chosen');
  const platform = { id: name, name, kind: 'cloudfoundry' } as const;
  const directory = {
    find: async (username: string) => (username === 'cf' ? { platform, digest, version: '1' } : undefined),
  };
  const admin = { username: 'admin', passwordDigest: await digests.digest('admin:password', 'chosen') };
  const authenticator = new Authenticator(directory, admin, digests);
  const platforms = new PlatformStrategy(authenticator);
  const hook = new AuthenticationHook(authenticator, platforms, new AdminStrategy(authenticator));

  const bodies: string[] = [];
  const app = Fastify({ routerOptions: { caseSensitive: false } });
  app.addHook('onRequest', hook.authenticate);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    bodies.push(String(body));
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(new BrokerError('BadRequest', 'the body is not valid JSON'));
    }
  });
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof BrokerError ? error.status : 500;
    const description = error instanceof BrokerError ? error.description : 'internal error';
    return reply.status(status).send({ description });
  });
  for (const url of ['/v2/catalog', '/admin/platforms', '/health', '/metrics']) {
    app.get(url, async ({ principal }) => principal ?? 'nobody');
  }
  app.put('/v2/service_instances/:id', async ({ principal }) => principal);
  return { app, bodies };
}

describe('authentication on a running server', () => {
  let app: FastifyInstance;
  let bodies: string[];
  beforeAll(async () => {
    ({ app, bodies } = await gateway('p-1'));
  });
  afterAll(() => app.close());

  test('a bad password together with a broken body gives 401, and the body is never read', async () => {
    const answer = await app.inject({
      method: 'PUT',
      url: '/v2/service_instances/i-1',
      headers: { ...basic('cf', 'wrong'), 'content-type': 'application/json' },
      body: '{"broken',
    });
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, CHALLENGE]);
    expect(bodies).toEqual([]);
  });

  test('a good password together with a broken body gives 400', async () => {
    const headers = { ...PLATFORM, 'content-type': 'application/json' };
    const request = { method: 'PUT', url: '/v2/service_instances/i-1', headers, body: '{"broken' } as const;
    expect((await app.inject(request)).statusCode).toBe(400);
  });

  test.each([
    ['no header', {}],
    ['an empty header', { authorization: '' }],
    ['no base64', { authorization: 'Basic !!!' }],
    ['base64 without a colon', { authorization: 'Basic Y2Y=' }],
    ['another scheme', { authorization: 'Bearer Y2Y6eA==' }],
    ['a scheme that ends in Basic', { authorization: PLATFORM['authorization']?.replace('Basic', 'NotBasic') }],
    ['an unknown username', basic('nobody', ':pässwörd:x')],
    ['a wrong password', basic('cf', 'wrong')],
    ['the password up to its colon', basic('cf', ':pässwörd')],
    ["the administrator's credentials", ADMIN],
  ])('a platform route with %s gives 401 with the challenge', async (_what, headers) => {
    const answer = await app.inject({ url: '/v2/catalog', headers: headers as Record<string, string> });
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, CHALLENGE]);
    expect(answer.json().description).toContain('registered platform');
  });

  test('the request knows its platform, the first time and from memory, and carries no challenge', async () => {
    for (const _time of ['first', 'again']) {
      const answer = await app.inject({ url: '/v2/catalog', headers: PLATFORM });
      expect(answer.json()).toEqual({ kind: 'platform', platform: { id: 'p-1', name: 'p-1', kind: 'cloudfoundry' } });
      expect(answer.headers['www-authenticate']).toBeUndefined();
    }
  });

  test('the admin API takes the administrator and no platform', async () => {
    const admin = await app.inject({ url: '/admin/platforms', headers: ADMIN });
    expect(admin.json()).toEqual({ kind: 'admin', username: 'admin' });
    expect((await app.inject({ url: '/admin/platforms', headers: PLATFORM })).statusCode).toBe(401);
  });

  test('health is open, and any other route is for administrators', async () => {
    expect((await app.inject('/health')).body).toBe('nobody');
    expect((await app.inject('/metrics')).statusCode).toBe(401);
    expect((await app.inject({ url: '/metrics', headers: ADMIN })).statusCode).toBe(200);
  });

  test.each([
    ['/%76%32/catalog', PLATFORM, ADMIN],
    ['/V2/catalog', PLATFORM, ADMIN],
    ['/v2/catalog?x=/health', PLATFORM, ADMIN],
    ['/%61dmin/platforms', ADMIN, PLATFORM],
    ['/ADMIN/platforms', ADMIN, PLATFORM],
  ])('a path spelled in another way is guarded in the same way: %s', async (url, good, bad) => {
    const answers = await Promise.all([good, bad, {}].map((headers) => app.inject({ url, headers })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 401, 401]);
  });

  test.each([
    ['/v2/unknown', 401],
    ['/v2', 401],
    ['/admin/unknown', 401],
    ['/unknown', 404],
    ['/v2x', 404],
    ['/health/unknown', 404],
  ])('where there is no route, %s gives %i without credentials', async (url, status) => {
    expect((await app.inject(url)).statusCode).toBe(status);
  });

  test('too many wrong passwords give 401 with the challenge as well', async () => {
    const answers = [];
    for (let index = 0; index < 6; index += 1) {
      answers.push(await app.inject({ url: '/admin/platforms', headers: basic('guessed', `${index}`) }));
    }
    expect(answers.at(-1)?.json().description).toContain('too many wrong passwords');
    expect(answers.at(-1)?.headers['www-authenticate']).toBe(CHALLENGE);
  });

  test('two gateways in one process keep their platforms apart', async () => {
    const { app: other } = await gateway('p-2');
    const ids = [];
    for (const one of [app, other]) {
      const fresh = { ...PLATFORM, authorization: PLATFORM['authorization']?.replace('Basic', 'BASIC') ?? '' };
      ids.push((await one.inject({ url: '/v2/catalog', headers: fresh })).json().platform.id);
    }
    expect(ids).toEqual(['p-1', 'p-2']);
    await other.close();
  });

  test('many different headers at the same time each get their own answer', async () => {
    const sent = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? PLATFORM : basic(`user ${index}`, 'x')));
    const answers = await Promise.all(sent.map((headers) => app.inject({ url: '/v2/catalog', headers })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(sent.map((_, index) => (index % 2 === 0 ? 200 : 401)));
  });
});
