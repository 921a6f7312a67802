import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BROKER_ERRORS } from '#sdk';
import { goldenPart, refreshWith } from './golden.js';
import { PROJECT, sourceTexts } from './tree.js';

const read = (path: string): Promise<string> => readFile(join(PROJECT, path), 'utf8');

/** Every page of this project with its text. */
async function pages(): Promise<(readonly [path: string, text: string])[]> {
  const folders = ['docs', 'libs'].map(async (folder) =>
    (await readdir(join(PROJECT, folder), { recursive: true })).map((path) => join(folder, path)),
  );
  const paths = (await Promise.all(folders)).flat().filter((path) => path.endsWith('.md'));
  const top = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'];
  return Promise.all([...top, ...paths].map(async (path) => [path, await read(path)] as const));
}

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading.toLowerCase().replaceAll(/[^\w\- ]/g, '').trim().replaceAll(' ', '-');

test('every link inside the project leads to a file, and to a heading in it', async () => {
  const broken: string[] = [];
  let followed = 0;
  for (const [page, text] of await pages()) {
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^\w+:/.test(target)) continue;
      followed += 1;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(PROJECT, file))) broken.push(`${page}: ${target}`);
      if (anchor === undefined || !file.endsWith('.md')) continue;
      const headings = [...(await read(file)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
      if (!headings.includes(anchor)) broken.push(`${page}: ${target}`);
    }
  }
  expect(followed).toBeGreaterThan(20);
  expect(broken).toEqual([]);
});

test('every npm command in the documents is there', async () => {
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
  const named = (await pages()).flatMap(([page, text]) =>
    [...text.matchAll(/\bnpm (?:run (?:--silent )?([a-z]+(?:[:-][a-z]+)*)|(start|test))\b/g)].map(([, run, own]) => ({
      page,
      name: run ?? own ?? '',
    })),
  );
  const missing = named.filter(({ name }) => !(name in scripts));
  expect(named.length).toBeGreaterThan(5);
  expect(missing).toEqual([]);
});

test('the README shows the variables as the reference has them', async () => {
  const reference = /<!-- variables -->\n([\s\S]*?)<!-- \/variables -->/.exec(await read('docs/reference/configuration.md'));
  const expected = reference?.[1] ?? 'no table in the reference';
  const refresh = refreshWith('architecture/documents');
  expect(refresh + (await goldenPart('README.md', 'variables', expected))).toBe(refresh + expected);
});

test('the reference of errors has every code with its status, and no other', async () => {
  const rows = [...(await read('docs/reference/errors.md')).matchAll(/^\| `(\w+)` \| (\d{3}) \| (.+) \|$/gm)];
  const documented = Object.fromEntries(rows.map(([, code = '', status]) => [code, Number(status)]));
  const codes = Object.fromEntries(Object.entries(BROKER_ERRORS).map(([code, { status }]) => [code, status]));
  expect(documented).toEqual(codes);
  expect(rows).toHaveLength(Object.keys(codes).length);
});

test('the reference of the OSB API has the ten routes of the contract', async () => {
  const routes = (text: string): string[] =>
    [...text.matchAll(/\b(GET|PUT|PATCH|DELETE) (\/v2\/[\w/:]+)/g)].map(([, method, path]) => `${method} ${path}`);
  const [, table = ''] = /## The ten routes\n([\s\S]*?)\n## /.exec(await read('docs/reference/osb-api.md')) ?? [];
  const contract = routes((await sourceTexts()).get('libs/sdk/service-backend.ts') ?? '');
  expect(contract).toHaveLength(10);
  expect(routes(table).toSorted()).toEqual(contract.toSorted());
});

test('what the gateway is said to say when something is in the way, it does say', async () => {
  const [, table = ''] = /## When something is in the way\n([\s\S]*)$/.exec(await read('docs/guides/operate.md')) ?? [];
  const messages = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, message = '']) => message);
  const source = [...(await sourceTexts())].filter(([path]) => !/\.spec\.ts$|^test\//.test(path)).map(([, text]) => text).join('\n');
  expect(messages.length).toBeGreaterThan(15);
  expect(messages.filter((message) => !source.includes(message))).toEqual([]);
});
