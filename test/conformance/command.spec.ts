import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BrokerUnderTest } from './broker/broker-under-test.js';
import { parseProfile } from './broker/profile.js';
import { runCommand } from './command.js';
import { profileFile } from './fixtures/profile-file.js';
import { SIMULATOR_LOGIN, startSimulatorUnderTest } from './fixtures/simulator-under-test.js';
import { startSpoiltBroker } from './fixtures/spoilt-broker.js';

let said: string[];

beforeEach(() => {
  said = [];
});

const run = (...args: string[]): Promise<number> => runCommand(args, (text) => said.push(text));
const argumentsFor = (url: string): string[] => ['--url', url, '--username', 'platform', '--password', SIMULATOR_LOGIN.password, '--profile', profileFile('simulator')];

test('it ends with 0 for a broker that keeps the rows, and says how many there were', async () => {
  const { broker, target } = await startSimulatorUnderTest();
  try {
    expect(await run(...argumentsFor(target.url), '--only', '4')).toBe(0);
    expect(said.join('\n')).toMatch(/^all +1 +0 +0 +0$/m);
    expect(await run(...argumentsFor(target.url), '--only', '1', '--report', 'json')).toBe(0);
    expect(JSON.parse(said.at(-1) ?? '')).toMatchObject({ rows: [{ area: 'HDR', number: 1, kind: 'passed' }] });
    expect(await run(...argumentsFor(target.url), '--only', '1-2', '--report', 'md')).toBe(0);
    expect(said.at(-1)).toContain('None of the 2 rows that were played failed.');
  } finally {
    await broker.close();
  }
});

test('it ends with 1 for a broker that breaks a MUST, and with 0 for one that breaks what is left open', async () => {
  const broker = await startSpoiltBroker({
    request: (request) => ({ ...request, headers: { ...request.headers, 'x-broker-api-version': '2.17' } }),
  });
  try {
    expect(await run(...argumentsFor(broker.target.url), '--only', 'hdr')).toBe(1);
    expect(said.at(-1)).toContain('✗ HDR 12 MUST: changes nothing on requests it turns away for their version');
    expect(await run(...argumentsFor(broker.target.url), '--only', '5-7')).toBe(0);
    expect(said.at(-1)).toContain('✗ HDR 6 OPEN');
  } finally {
    await broker.close();
  }
});

test('--list tells every row without a broker', async () => {
  expect(await run('--list')).toBe(0);
  expect(said.join('\n')).toMatch(/^HDR 3 +MAY +answers 412 .* \[needs any, oldestVersion\]$/m);
});

test('where a plan can be created only in ways it was not told, it says so instead of failing row after row', async () => {
  const broker = await startSpoiltBroker({
    answer: (answer, { method }) => (method === 'PUT' ? { ...answer, status: 400, body: '{"description":"size is missing"}' } : answer),
  });
  const login = argumentsFor(broker.target.url).slice(0, -2);
  try {
    await expect(run(...login, '--only', 'PRV')).rejects.toThrow(
      /no plan could be created without being told how:\n {2}simulator\/sync: PUT .* was answered 400 .*size is missing[^]*Name one in a profile, as sync or async/,
    );
    expect(await run(...login, '--only', '91')).toBe(0);
  } finally {
    await broker.close();
  }
});

test('a plan that refuses only once it is asked as it wants to be cannot be created either', async () => {
  const broker = await startSpoiltBroker({
    answer: (answer, { method }) => (method === 'PUT' && answer.status < 300 ? { ...answer, status: 400, body: '{}' } : answer),
  });
  const login = argumentsFor(broker.target.url).slice(0, -2);
  try {
    await expect(run(...login, '--only', 'PRV')).rejects.toThrow(/simulator\/async: PUT .*accepts_incomplete=true was answered 400/);
  } finally {
    await broker.close();
  }
});

test('a plan that costs something is used only where the profile names it', async () => {
  const asked: string[] = [];
  const broker = await startSpoiltBroker({
    answer: (answer, { method, url }) => {
      asked.push(method);
      return url === '/v2/catalog' ? { ...answer, body: answer.body.replaceAll('"free":true', '"free":false') } : answer;
    },
  });
  const login = argumentsFor(broker.target.url).slice(0, -2);
  try {
    await expect(run(...login, '--only', 'PRV')).rejects.toThrow('every plan of the catalog costs something');
    expect(new Set(asked)).toEqual(new Set(['GET']));
  } finally {
    await broker.close();
  }
});

test('the catalog cannot be read with a wrong login or address, and the way out is told', async () => {
  const { broker, target } = await startSimulatorUnderTest();
  const profile = parseProfile('otherLogin: { username: other, password: wrong }');
  const notThere = { profile, login: profile.otherLogin };
  try {
    await expect(run('--url', target.url)).rejects.toThrow(/was answered 401 .*; give --username and --password$/);
    await expect(run('--url', target.url, '--username', 'platform', '--password', 'wrong')).rejects.toThrow(/; are --username and --password right\?$/);
    await expect(BrokerUnderTest.meet({ ...target, ...notThere })).rejects.toThrow(/; is `otherLogin` of the profile right\?$/);
    await expect(run('--url', `${target.url}/v2`, ...argumentsFor('').slice(2))).rejects.toThrow(/was answered 404 .*; leave \/v2 out of --url$/);
  } finally {
    await broker.close();
  }
});

describe('it says why nothing can be tested', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((_request, response) => response.writeHead(200).end('<html>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  test.each([
    ['no address', [], '--url is needed'],
    ['an address that is none', ['--url', 'broker.example'], '--url must be an address like http://127.0.0.1:9000, not broker.example'],
    ['an address of something else', ['--url', 'ftp://x'], '--url must be an address like http://127.0.0.1:9000, not ftp://x'],
    ['a login in the address', ['--url', 'http://them:secret@x'], 'give it as --username and --password'],
    ['an option nobody knows', ['--uri', 'http://x'], "Unknown option '--uri'; --help tells the options"],
    ['half a login', ['--url', 'http://x', '--username', 'x'], 'both --username and --password'],
    ['a row nobody wrote', ['--only', 'XYZ'], 'no row is called XYZ'],
    ['a report nobody makes', ['--report', 'pdf'], '--report can be json or md, not pdf'],
    ['a profile that is not there', ['--url', 'http://x', '--profile', '/nowhere.yaml'], "ENOENT: no such file or directory, open '/nowhere.yaml'"],
  ])('%s', async (_what, args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });

  test('a catalog that is none', async () => {
    await expect(run('--url', url)).rejects.toThrow('the catalog cannot be read: GET /v2/catalog was answered 200 <html>');
  });
});
