import type { ArgumentMetadata } from '@nestjs/common';
import type { z } from 'zod';
import { auditQuery } from '../audit/audit-event.schema.js';
import { changeBody, closeBody, registerBody } from '../backends/backend.schema.js';
import { instanceQuery } from '../instances/instance.schema.js';
import { registerPlatformBody } from '../platforms/platform.schema.js';
import { SchemaPipe } from './schema-pipe.js';

const read = (type: ArgumentMetadata['type'], schema: z.ZodType, value: unknown): unknown =>
  new SchemaPipe().transform(value, { type, schema });

const backend = { name: 'b', type: 'demo', settings: {} };
const needsBody = 'the request needs a JSON object as body, with Content-Type: application/json';
const intoLength = (length: number): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length }, (_, index) => [`member-${index}`, 1]));

test.each<[string, z.ZodType, unknown, string]>([
  ['no body at all', registerBody, undefined, needsBody],
  ['null', registerBody, null, 'the body: must be a JSON object'],
  ['a missing name', registerBody, { ...backend, name: undefined }, 'name: is required'],
  ['a name of the wrong type', registerBody, { ...backend, name: 7 }, 'name: must be a string'],
  ['settings that are a list', registerBody, { ...backend, settings: [] }, 'settings: must be a JSON object'],
  ['a flag as text', registerBody, { ...backend, enabled: 'yes' }, 'enabled: must be true or false'],
  ['two mistakes', registerBody, { name: 1, type: '', settings: {} }, 'name: must be a string; type: must not be empty'],
  [
    'an unknown member',
    registerBody,
    { ...backend, setings: {} },
    'the body: takes no "setings"; it takes name, type, settings, enabled, policy, planPolicies',
  ],
  [
    'an unknown policy of a plan',
    changeBody,
    { planPolicies: { 'p-1': { bridgeSync: true, sync: 1 } } },
    'planPolicies.p-1: takes no "sync"; it takes bridgeSync, schemaEnforcement',
  ],
  ['a policy without a decision', changeBody, { planPolicies: { 'p-1': {} } }, 'planPolicies.p-1: decides nothing; it takes bridgeSync, schemaEnforcement'],
  ['an enforcement nobody knows', changeBody, { policy: { schemaEnforcement: 'maybe' } }, 'policy.schemaEnforcement: must be one of: enforce, warn, off'],
  [
    'pauses out of order',
    changeBody,
    { policy: { firstPollMs: 5_000, longestPollMs: 1_000, longestRetryMs: 2_000 } },
    'policy.longestPollMs: must be at least firstPollMs; policy.longestRetryMs: must be at least firstPollMs',
  ],
  ['a pause too long', changeBody, { policy: { longestRetryMs: 86_400_000 } }, 'policy.longestRetryMs: must be at most 3600000'],
  ['a pause of nothing', registerBody, { ...backend, policy: { firstPollMs: 0 } }, 'policy.firstPollMs: must be at least 100'],
  ['a change of nothing', changeBody, {}, 'the body: nothing to change; send settings, policy or planPolicies'],
  ['an empty message', closeBody, { message: ' ' }, 'message: must not be empty'],
  ['a message too long', closeBody, { message: 'x'.repeat(1025) }, 'message: must have at most 1024 characters'],
  [
    'a kind nobody knows',
    registerPlatformBody,
    { name: 'p', kind: 'heroku' },
    'kind: must be one of: cloudfoundry, korifi, kubernetes, crossplane, other',
  ],
  [
    'a kind that is to come',
    registerPlatformBody,
    { name: 'p', kind: 'service-manager' },
    'kind: must be one of: cloudfoundry, korifi, kubernetes, crossplane, other',
  ],
  [
    'a username Basic authentication cannot carry',
    registerPlatformBody,
    { name: 'p', kind: 'other', username: 'a:b' },
    'username: must have no colon and no control characters',
  ],
])('a body with %s is refused in words that say where', (_what, schema, body, description) => {
  expect(() => read('body', schema, body)).toThrow(expect.objectContaining({ code: 'BadRequest', description }));
});

test.each<[string, z.ZodType, Record<string, unknown>, string]>([
  [
    'unknown parameters',
    instanceQuery,
    { nmae: 'x', limits: '1' },
    'the query: takes no "nmae", "limits"; it takes platform, backend, instanceId, serviceId, planId, state, limit, after',
  ],
  ['a parameter given twice', instanceQuery, { platform: ['a', 'b'] }, 'platform: must be a string'],
  ['NUL, which the database cannot hold', instanceQuery, { planId: 'a\0b' }, 'planId: must not contain the character NUL'],
  ['a limit of nothing', instanceQuery, { limit: '0' }, 'limit: must be at least 1'],
  ['a limit too large', instanceQuery, { limit: '501' }, 'limit: must be at most 500'],
  ['a limit that is no number', instanceQuery, { limit: 'all' }, 'limit: must be a number'],
  ['a broken limit', instanceQuery, { limit: '1.5' }, 'limit: must be a whole number'],
  ['a state nobody knows', instanceQuery, { state: 'gone' }, 'state: must be one of: creating, ready, failed, deleted'],
  ['a date without a time', auditQuery, { from: '2026-01-31' }, 'from: must be a time such as 2026-01-31T12:00:00Z'],
])('a query with %s is refused in words that say where', (_what, schema, query, description) => {
  expect(() => read('query', schema, query)).toThrow(expect.objectContaining({ code: 'BadRequest', description }));
});

test('a refusal shows no value, and stays short whatever was sent', () => {
  const body = { ...intoLength(10_000), name: ['canary-value'] };
  const refused = expect.objectContaining({ description: expect.not.stringContaining('canary-value') });
  expect(() => read('body', registerBody, body)).toThrow(refused);
  try {
    read('body', registerBody, body);
  } catch (error) {
    expect(Buffer.byteLength((error as Error).message)).toBeLessThanOrEqual(8 * 1024);
  }
});

describe('what is good', () => {
  test('gets its defaults', () => {
    expect(read('body', registerBody, backend)).toEqual({ ...backend, enabled: true });
    expect(read('query', instanceQuery, {})).toEqual({ limit: 50 });
  });

  test('is read into numbers and times', () => {
    expect(read('query', auditQuery, { limit: '500', from: '2026-01-31T12:00:00+01:00' })).toEqual({
      limit: 500,
      from: new Date('2026-01-31T11:00:00Z'),
    });
  });

  test('may be no body, where the route does not need one', () => {
    expect(read('body', closeBody, undefined)).toBeUndefined();
  });

  test('passes untouched where the route names no schema', () => {
    expect(new SchemaPipe().transform('orders', { type: 'param', data: 'name' })).toBe('orders');
  });
});
