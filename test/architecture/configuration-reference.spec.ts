import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfigFile, type Variable, VARIABLES } from '#config';
import { osbBackend } from '#backends/osb';
import { postgresqlBackend } from '#backends/postgresql';
import { goldenPart, refreshWith } from './golden.js';
import { PROJECT } from './tree.js';

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);

function variableTable(): string {
  const rows = Object.entries<Variable>(VARIABLES).map(([name, { type, default: value, sentence, secret }]) =>
    [`\`${name}\``, type, value, secret ? `${sentence} Secret.` : sentence].map(cell).join(' | '),
  );
  const head = ['variable | value | default | what it does', '--- | --- | --- | ---'];
  return [...head, ...rows].map((row) => `| ${row} |\n`).join('');
}

test('the reference lists every variable as the code has it, and no other', async () => {
  const documented = await goldenPart('docs/reference/configuration.md', 'variables', variableTable());
  const refresh = refreshWith('configuration-reference');
  expect(refresh + documented).toBe(refresh + variableTable());
});

test('the reference lists every key of the configuration file', async () => {
  const text = await readFile(join(PROJECT, 'docs/reference/configuration.md'), 'utf8');
  const documented = [...text.matchAll(/^\| `((?:backends|platforms)\[\]\.\w+)` \|/gm)].map(([, key = '']) => key);
  const example = await readExample();
  const keys = Object.entries(example).flatMap(([list, [first]]) =>
    Object.keys(first ?? {}).map((key) => `${list}[].${key}`),
  );
  expect(documented.toSorted()).toEqual(keys.toSorted());
});

describe('the example of a configuration file', () => {
  test('is read as it stands once its variables are set', async () => {
    const { backends, platforms } = await readExample();
    expect(backends.map(({ name, type }) => [name, type])).toEqual([
      ['orders-db', 'postgresql'],
      ['legacy-broker', 'osb'],
    ]);
    expect(platforms.map(({ password }) => password)).toEqual(['value-of-CF_PRODUCTION_PASSWORD']);
  });

  test('gives every backend settings that its type takes', async () => {
    const types = [postgresqlBackend, osbBackend];
    for (const { type, settings } of (await readExample()).backends) {
      expect(types.find((each) => each.type === type)?.settings.safeParse(settings).error).toBeUndefined();
    }
  });
});

async function readExample(): Promise<ReturnType<typeof readConfigFile>> {
  const text = await readFile(join(PROJECT, 'config/gateway.example.yaml'), 'utf8');
  const names = [...text.matchAll(/\$\{([A-Z_]+_PASSWORD)\}/g)].map(([, name = '']) => name);
  return readConfigFile(text, Object.fromEntries(names.map((name) => [name, `value-of-${name}`])));
}
