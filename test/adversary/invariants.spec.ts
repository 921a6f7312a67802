import { randomUUID } from 'node:crypto';
import { query } from '../support/postgres.js';
import { chosenFamilies } from './adversary.js';
import { FAMILIES } from './actions/families.js';
import { Inspection } from './inspection.js';
import { checkEndedInstance } from './invariants/ended-instance.js';
import { checkEndedLogin } from './invariants/ended-login.js';
import { checkLog } from './invariants/gateway-log.js';
import { checkRecord, digestOfRecord } from './invariants/record.js';
import { Secrets } from './invariants/secrets.js';
import { loginOf, type Login } from './login.js';
import { Connection } from './session.js';
import { Random } from '../faults/random.js';
import { Violations } from './violations.js';

const adminUrl = process.env['TEST_POSTGRES_URL'] ?? '';
const inspection = new Inspection(adminUrl);
const role = `test_${randomUUID().replaceAll('-', '')}`;
let violations: Violations;
let login: Login;

beforeAll(async () => {
  const { hostname: host, port } = new URL(adminUrl);
  await query(adminUrl, `create database ${role} template template0`);
  await query(adminUrl, `create role ${role} login password 'planted'`);
  login = loginOf('attacker', { host, port: Number(port), database: role, username: role, password: 'planted' });
});
beforeEach(() => {
  violations = new Violations();
});
afterAll(async () => {
  await query(adminUrl, `drop database ${role} with (force)`);
  await query(adminUrl, `drop role ${role}`);
  await inspection.close();
});

const broken = (): string[] => [...new Set(violations.found.map(({ invariant }) => invariant))];

test('a login that still works after its unbind, and what it owns, is found', async () => {
  await query(Object.assign(new URL(adminUrl), { pathname: role }).href, `create schema kept authorization ${role}`);
  await checkEndedLogin(login, await inspection.oidOf(role), inspection, violations);
  expect(broken()).toEqual(expect.arrayContaining(['an unbound login is refused', 'an unbound login owns nothing']));
});

test('a session and a statement after the unbind are found', async () => {
  const arena = { violations, secrets: new Secrets(violations) };
  const session = await Connection.open(login, arena, new Random('1'));
  await session?.run('select 1');
  expect(broken()).toEqual([]);
  const ended = { ...login, endedAtMs: Date.now() - 1_000 };
  const late = await Connection.open(ended, arena, new Random('1'));
  await late?.run('select 1');
  await checkEndedLogin(login, await inspection.oidOf(role), inspection, violations);
  await Promise.all([session?.close(), late?.close()]);
  expect(broken()).toEqual(expect.arrayContaining(['an unbound login is refused', 'no session outlives its login']));
});

test('a database that is still there after the deprovision is found, with a role that can log in', async () => {
  await checkEndedInstance(role, inspection, violations);
  expect(broken()).toEqual(expect.arrayContaining(['the database is gone', 'an unbound login is refused']));
});

test('what a tenant reads of another one is found, and its own is not', () => {
  const secrets = new Secrets(violations);
  secrets.keep('victim', 'id-of-the-victim');
  secrets.seenBy('victim', [{ id: 'id-of-the-victim' }], 'select');
  expect(broken()).toEqual([]);
  secrets.seenBy('attacker', [{ comment: 'about id-of-the-victim' }], 'select');
  expect(broken()).toEqual(['tenants learn nothing of each other']);
});

test('a password in the log, a line without an end and a flood are found', () => {
  checkLog(['{"msg":"fine"}'], ['planted'], 1, violations);
  expect(broken()).toEqual([]);
  checkLog(['{"password":"planted"}'], ['planted'], 1, violations);
  checkLog(['x'.repeat(100_000)], [], 1, violations);
  checkLog(Array.from({ length: 1_000 }, () => 'x'.repeat(10_000)), [], 1, violations);
  expect(broken()).toEqual(['the log shows no secret', 'the log is bounded']);
  expect(violations.total).toBe(3);
});

test('a change of the record is found', async () => {
  const url = Object.assign(new URL(adminUrl), { pathname: role }).href;
  const before = await digestOfRecord(url);
  await checkRecord(url, before, violations);
  expect(broken()).toEqual([]);
  await query(url, 'create table planted (i int)');
  await checkRecord(url, before, violations);
  expect(broken()).toEqual(['the record is not touched']);
});

test('every action has a name of its own in its family, and a family that is not there is refused', () => {
  expect(new Set(FAMILIES.map(({ name }) => name)).size).toBe(FAMILIES.length);
  expect(chosenFamilies(['grants']).map(({ name }) => name)).toEqual(['grants']);
  expect(() => chosenFamilies(['nothing'])).toThrow('no family is called "nothing"');
});
