import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT } from '../architecture/tree.js';
import { TestGateway } from '../support/gateway.js';
import { LIMIT_CASES } from './hostile-cases.js';
import { HostileStage } from './stage.js';

interface Row {
  readonly input: string;
  readonly shownBy: string;
}

async function rows(): Promise<Row[]> {
  const page = await readFile(join(PROJECT, 'docs/reference/limits.md'), 'utf8');
  const lines = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| input |'));
  return lines.map((line) => {
    const cells = line.split(' | ');
    return { input: cells[0]?.slice(2) ?? '', shownBy: cells[3]?.replace(/ \|$/, '') ?? '' };
  });
}

const NAMED = /^`([\w-]+)`$/;
const TESTED = /^"(.+)" \(\[[^\]]*\]\(([^)]+)\)\)$/;

test('every limit on the page has its case, and every case its limit', async () => {
  const named = (await rows()).flatMap(({ shownBy }) => NAMED.exec(shownBy)?.[1] ?? []);
  expect(named.length).toBeGreaterThan(15);
  expect(named.toSorted()).toEqual(LIMIT_CASES.map(({ name }) => name).toSorted());
});

test('every limit that is tested elsewhere names a test that is there', async () => {
  const missing: string[] = [];
  for (const { input, shownBy } of await rows()) {
    if (NAMED.test(shownBy)) continue;
    const [, title, path] = TESTED.exec(shownBy) ?? [];
    const text = path === undefined ? '' : await readFile(join(PROJECT, 'docs/reference', path), 'utf8').catch(() => '');
    if (title === undefined || ![`'${title}'`, `"${title}"`].some((quoted) => text.includes(quoted))) missing.push(input);
  }
  expect(missing).toEqual([]);
});

describe('a gateway', () => {
  let gateway: TestGateway;
  let stage: HostileStage;
  beforeAll(async () => {
    gateway = await TestGateway.start();
    const admin = { username: 'admin', password: 'admin-password' };
    stage = await HostileStage.start(gateway.url, { platform: { username: 'platform', password: 'platform-password' }, admin });
  });
  afterAll(async () => {
    await stage.stop();
    await gateway.stop();
  });

  test.each(LIMIT_CASES)('refuses what is beyond the limit as the page says: $name', async ({ status, run }) => {
    const answer = await run(stage);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining('"description"')]);
  });

  test('takes what is within them', async () => {
    const values = `{"a":[${'1,'.repeat(19_980)}1]}`;
    for (const parameters of [values, `{"a":${'9'.repeat(1_024)}}`, `{"a":"${'x'.repeat(1_000_000)}"}`]) {
      expect((await stage.create(`,"parameters":${parameters}`)).status).toBe(201);
    }
  });
});
