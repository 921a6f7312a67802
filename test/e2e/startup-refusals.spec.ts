import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { GatewayHome } from '../support/gateway-process.js';
import { TEST_SEALING_KEYS, TestGateway } from '../support/gateway.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

const OTHER_KEYS = `other:${Buffer.alloc(32, 9).toString('base64')}`;

let home: GatewayHome;
let used: TestDatabase;
let empty: TestDatabase;
let occupant: Server;
let occupied: string;

beforeAll(async () => {
  home = await GatewayHome.make();
  empty = await createDatabase();
  used = await (await TestGateway.start()).stopKeepingDatabase();
  occupant = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => occupant.once('listening', listening));
  occupied = String((occupant.address() as { port: number }).port);
});
afterAll(async () => {
  occupant.close();
  await home.remove();
  await Promise.all([empty.drop(), used.drop()]);
});

/** Writes a configuration file and gives its path. */
async function configuration(yaml: string): Promise<string> {
  const file = join(home.dataDir, `${yaml.length}.yaml`);
  await writeFile(file, yaml);
  return file;
}

describe('a wrong configuration stops the start with one line that names what to change', () => {
  const onUsed = () => ({ DATABASE_URL: used.url, SEALING_KEYS: TEST_SEALING_KEYS });
  const declared = async (yaml: string) => ({ ...onUsed(), CONFIG_FILE: await configuration(yaml) });

  const cases: readonly (readonly [what: string, env: () => object | Promise<object>, line: RegExp])[] = [
    ['a port that is no number', () => ({ PORT: 'abc' }), /^PORT \("abc"\) is not a number\./],
    ['keys that are none', () => ({ SEALING_KEYS: 'one:two' }), /^SEALING_KEYS entry 1 \("one"\) is not base64/],
    ['a database without keys', () => ({ DATABASE_URL: used.url }), /^SEALING_KEYS is missing, and DATABASE_URL needs it\./],
    ['a database that is behind', () => ({ ...onUsed(), DATABASE_URL: empty.url }), /behind this release: run "node dist\/apps\/cli\/migrate\.js"/],
    ['keys of another database', () => ({ ...onUsed(), SEALING_KEYS: OTHER_KEYS }), /^SEALING_KEYS has no usable key "test"/],
    [
      'a database that is not there',
      () => ({ ...onUsed(), DATABASE_URL: 'postgres://gateway:hidden@127.0.0.1:1/gateway' }),
      /^DATABASE_URL names a database that cannot be used \(ECONNREFUSED/,
    ],
    [
      'a database that does not let it in',
      () => ({ ...onUsed(), DATABASE_URL: used.url.replace(/:[^:@/]+@/, ':hidden@') }),
      /^DATABASE_URL names a database that cannot be used \(28P01: password authentication failed/,
    ],
    ['a port in use', () => ({ ...onUsed(), PORT: occupied }), /^PORT \d+ is in use on 127\.0\.0\.1\. Set PORT to a free port/],
    ['no configuration file', () => ({ CONFIG_FILE: '/nowhere.yaml' }), /^CONFIG_FILE names "\/nowhere\.yaml", .* \(ENOENT\)/],
    ['broken YAML', () => declared('backends:\n  - name: [\n'), /\.yaml:3:1: not valid YAML: /],
    [
      'settings of a backend that are wrong',
      () => declared('backends:\n  - { name: x, type: osb, settings: { url: "ftp://x" } }\n'),
      /^CONFIG_FILE: backend "x": settings\.url: must begin with http/,
    ],
    [
      'a backend that changes its type',
      () => declared('backends:\n  - { name: demo, type: simulator }\n'),
      /^CONFIG_FILE: backend "demo" is of type "demo" for good/,
    ],
    ['a data folder that is a file', () => ({ DATA_DIR: '/etc/hostname' }), /^DATA_DIR: \/etc\/hostname cannot be used \(EEXIST\)/],
  ];

  test.each(cases)('%s', async (_what, env, line) => {
    const { code, stdout, stderr } = await home.refusal((await env()) as Record<string, string>);

    expect([code, stderr.trimEnd().split('\n').length]).toEqual([1, 1]);
    expect(stderr).toMatch(line);
    expect(stdout + stderr).not.toMatch(/hidden|EADDRINUSE|node_modules|\.js:\d+/);
  });
});
