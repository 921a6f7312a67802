import { rm } from 'node:fs/promises';
import { checkDoors, type DoorReport } from './gates.js';
import { plantProject, PROJECT, sourceTexts } from './tree.js';

test('every import of this project goes through a door that is open to it', async () => {
  const { files, violations } = await checkDoors(PROJECT);
  expect(violations).toEqual([]);
  expect([...(await sourceTexts()).keys()].filter((path) => !files.has(path))).toEqual([]);
});

const door = 'export const door = 1;\n';
const enter = (specifier: string): string => `import { door } from '${specifier}';\nexport const used = door;\n`;

const INNOCENT = {
  'libs/sdk/index.ts': "export * from './inner.js';\n",
  'libs/sdk/inner.ts': door,
  'libs/sdk/testing/index.ts': enter('#sdk'),
  'libs/core/index.ts': "export * from './catalog/inner.js';\n",
  'libs/core/half.ts': "export * from './circle.js';\nexport const half = 1;\n",
  'libs/core/catalog/index.ts': door,
  'libs/persistence/a.entity.ts': "export * from './b.entity.js';\nexport const a = 1;\n",
  'libs/persistence/b.entity.ts': "export * from './a.entity.js';\nexport const b = 1;\n",
  'libs/core/catalog/inner.ts': enter('#sdk') + door,
  'libs/persistence/index.ts': `import { DataSource } from 'typeorm';\nexport const source = DataSource;\n${door}`,
  'libs/security/index.ts': `import { Strategy } from 'passport';\nexport const strategy = Strategy;\n${door}`,
  'libs/osb-api/index.ts': `import 'fastify';\n${enter('#security')}`,
  'libs/backends/demo/index.ts': enter('#sdk') + door,
  'libs/backends/demo/demo.spec.ts': `import { used } from '#sdk/testing';\nexport const suite = used;\n`,
  'libs/backends/postgresql/index.ts': `import { Pool } from 'pg';\nexport const pool = Pool;\n${door}`,
  'apps/gateway/main.ts': enter('#backends/demo'),
  'test/e2e/gateway.spec.ts': `import { used } from '../../apps/gateway/main.js';\nexport const again = used;\n`,
};

/** The planted file, what it enters, and what the gate must say. */
const FORBIDDEN: readonly (readonly [what: string, file: string, text: string, violation: string])[] = [
  ['a backend enters core', 'libs/backends/demo/a.ts', enter('#core'), 'doors of backends/*'],
  ['a backend enters another', 'libs/backends/demo/b.ts', enter('#backends/postgresql'), 'doors of backends/*'],
  ['the sdk enters core', 'libs/sdk/a.ts', enter('#core'), 'doors of sdk'],
  ['core enters persistence', 'libs/core/a.ts', enter('#persistence'), 'doors of core'],
  ['the OSB API enters persistence', 'libs/osb-api/a.ts', enter('#persistence'), 'doors of osb-api'],
  ['telemetry takes a type', 'libs/telemetry/a.ts', "export type { door } from '#security';\n", 'doors of telemetry'],
  ['a use case reaches for the database', 'libs/core/b.ts', "import 'typeorm';\n", 'only persistence, migrations'],
  ['core takes a type of HTTP', 'libs/core/c.ts', "export type { FastifyRequest } from 'fastify';\n", 'only security'],
  ['core speaks HTTP', 'libs/core/d.ts', "import 'node:http';\n", 'only backends/*'],
  ['the OSB API takes passport', 'libs/osb-api/b.ts', "import 'passport';\n", 'only security'],
  ['the wrong backend takes pg', 'libs/backends/demo/c.ts', "import 'pg';\n", 'only persistence, backends/p'],
  ['a room reads the environment', 'libs/security/a.ts', "import 'node:process';\n", 'only config'],
  ['a room goes past the index', 'libs/security/b.ts', enter('../core/catalog/inner.js'), 'through the door'],
  ['a room goes to a folder inside another', 'libs/security/d.ts', enter('#core/catalog'), 'through the door'],
  ['a room is entered by a path', 'libs/security/c.ts', enter('../core/index.js'), 'by its name'],
  ['a room takes its own index', 'libs/core/catalog/a.ts', "import '#core';\n", 'not its own index'],
  ['shipped code takes the test suite', 'libs/osb-api/c.ts', "import '#sdk/testing';\n", 'testing only in tests'],
  ['shipped code takes a development package', 'libs/core/e.ts', "import 'fast-check';\n", 'no development package'],
  ['a package nobody declared', 'libs/core/f.ts', "import 'yargs-parser';\n", 'declared'],
  ['an import that leads nowhere', 'libs/core/g.ts', "import './gone.js';\n", 'found'],
  ['two files that import each other', 'libs/core/circle.ts', "export { half } from './half.js';\n", 'no cycle'],
  ['a library takes an app', 'libs/core/h.ts', "import '../../apps/gateway/main.js';\n", 'doors of core'],
  ['an app takes another app', 'apps/cli/a.ts', "import '../gateway/main.js';\n", 'doors of apps/*'],
];

describe('the gate of the doors catches', () => {
  let root: string;
  let report: DoorReport;

  beforeAll(async () => {
    root = await plantProject({ ...INNOCENT, ...Object.fromEntries(FORBIDDEN.map(([, file, text]) => [file, text])) });
    report = await checkDoors(root);
  });

  afterAll(() => rm(root, { recursive: true }));

  test.each(FORBIDDEN)('%s', (_what, file, _text, violation) => {
    expect(report.violations.filter((line) => line.includes(`: ${file} -> `))).toEqual([
      expect.stringMatching(new RegExp(`^${violation.replaceAll('*', String.raw`\*`)}`)),
    ]);
  });

  test('nothing else', () => {
    const planted = FORBIDDEN.map(([, file]) => file);
    expect(report.violations.filter((line) => !planted.some((file) => line.includes(`: ${file} -> `)))).toEqual([]);
    expect([...Object.keys(INNOCENT), ...planted].filter((file) => !report.files.has(file))).toEqual([]);
  });
});
