import { explained, type Exchange, type Told } from './explain.js';
import { broker } from './model.js';
import type { Request } from './requests.js';
import { NOTHING, type State } from './state.js';

const create = (plan: string, patient = false): Request => ({
  does: 'provision',
  platform: 'p1',
  instance: 'i1',
  service: 'own',
  plan,
  parameters: 'none',
  space: 'here',
  patient,
});
const update = (more: { readonly plan?: string }): Request => ({
  does: 'update',
  platform: 'p1',
  instance: 'i1',
  service: 'own',
  parameters: 'none',
  patient: false,
  ...more,
});
const remove = (patient: boolean): Request => ({ does: 'deprovision', platform: 'p1', instance: 'i1', service: 'own', plan: 'sync', patient });
const fetch: Request = { does: 'fetch', platform: 'p1', instance: 'i1' };

const made: Told = { status: 201 };
const there: Told = { status: 200 };
const conflict: Told = { status: 409, word: 'Conflict' };
const busy: Told = { status: 422, word: 'ConcurrencyError' };
const unknown: Told = { status: 404, word: 'NotFound' };
const gone: Told = { status: 410, word: 'Gone' };
const accepted = (operation: string): Told => ({ status: 202, operation });

const explains = (before: readonly State[], ...exchanges: ReadonlyArray<readonly [Request, Told]>): State[] =>
  explained(broker, before, exchanges.map(([request, told]): Exchange => ({ request, told })), 'succeeded');
const canBe = (...exchanges: ReadonlyArray<readonly [Request, Told]>): boolean => explains([NOTHING], ...exchanges).length > 0;

test('one answer is explained or not', () => {
  expect(canBe([create('sync'), made])).toBe(true);
  expect([there, conflict, busy, accepted('x')].map((told) => canBe([create('sync'), told]))).toEqual([false, false, false, false]);
});

test('of two different creates at once, either may win, but one and one only', () => {
  const at = (one: Told, other: Told) => canBe([create('sync'), one], [create('updateable'), other]);
  expect([at(made, conflict), at(conflict, made), at(made, made), at(conflict, conflict)]).toEqual([true, true, false, false]);
});

test('of two equal creates at once, one makes it and the other is told that it is there', () => {
  const at = (one: Told, other: Told) => canBe([create('sync'), one], [create('sync'), other]);
  expect([at(made, there), at(there, made), at(made, made), at(there, there)]).toEqual([true, true, false, false]);
});

test('two that are told one operation are explained, two operations are not', () => {
  const at = (one: string, other: string) => canBe([create('async', true), accepted(one)], [create('async', true), accepted(other)]);
  expect([at('x', 'x'), at('x', 'y')]).toEqual([true, false]);
});

test('who accepts incomplete operations is told 202, also where a create is let end meanwhile', () => {
  const next = (told: Told) => canBe([create('async', true), told], [create('unknown'), conflict]);
  expect([next(accepted('x')), next(made), next(there)]).toEqual([true, false, false]);
});

test('of two updates at once one may be refused as concurrent, but not for the plan the other one leaves', () => {
  const before = explains([NOTHING], [create('updateable'), made]);
  const at = (one: Told, other: Told) => explains(before, [update({ plan: 'not-bindable' }), one], [update({}), other]).length > 0;
  const forbidden: Told = { status: 422, word: 'UpdateNotSupported' };
  expect([at(there, there), at(there, busy), at(busy, there), at(there, forbidden), at(busy, busy)]).toEqual([true, true, true, false, false]);
});

test('a read next to a create and a delete sees one of the moments in between', () => {
  const at = (seen: Told) => canBe([create('sync'), made], [remove(false), busy], [fetch, seen]);
  expect([at(unknown), at({ status: 200, shows: { plan: 'sync' } }), at(busy), at({ status: 200, shows: { plan: 'async' } })]).toEqual([true, true, false, false]);
});

test('what could have been goes on until an answer tells', () => {
  const after = explains([NOTHING], [create('async', true), accepted('x')]);
  const both = explains(after, [remove(true), accepted('y')]);
  expect(both.map(({ operations }) => operations.map(({ state }) => state)).toSorted()).toEqual([
    ['failed', 'in progress'],
    ['in progress', 'queued'],
  ]);
  const poll: Request = { does: 'poll', platform: 'p1', instance: 'i1', operation: 'x' };
  expect(explains(both, [poll, { status: 200, word: 'failed' }])).toHaveLength(1);
  expect(explains(both, [poll, { status: 200, word: 'succeeded' }])).toEqual([]);
});

test('a delete of what is not there changes nothing', () => {
  expect(explains([NOTHING], [remove(false), gone])).toEqual([NOTHING]);
});
