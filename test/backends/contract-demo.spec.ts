import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoBackend } from '#backends/demo';
import { contractCases, testEnvironment } from '#sdk/testing';

const catalog = { signal: AbortSignal.timeout(60_000) };

describe('demo keeps the backend contract', () => {
  const cases = contractCases(() => ({
    backend: demoBackend.create({}, testEnvironment()),
    serviceId: 'b98aea8a-9961-44bc-b68e-627b5d495a94',
    planId: 'dcb86c66-274e-44c0-941d-d78cacd12ccc',
    bindable: true,
    close: async () => undefined,
  }));
  test.each(cases)('$name', ({ run }) => run());
});

describe('the catalog of the demo backend', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demo-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('is the file the operator names', async () => {
    const catalogFile = join(folder, 'catalog.yaml');
    await writeFile(catalogFile, 'services: [{ id: s-2, name: other }]');
    const backend = demoBackend.create({ catalogFile }, testEnvironment());
    expect(await backend.catalog(catalog)).toEqual({ services: [{ id: 's-2', name: 'other' }] });
  });

  test.each([
    ['is missing', 'missing.yaml'],
    ['is not YAML', 'broken.yaml'],
  ])('a file that %s makes the backend unavailable, and the path stays inside', async (_what, name) => {
    await writeFile(join(folder, 'broken.yaml'), 'services: [');
    const backend = demoBackend.create({ catalogFile: join(folder, name) }, testEnvironment());
    await expect(backend.catalog(catalog)).rejects.toMatchObject({
      code: 'Unavailable',
      description: expect.not.stringContaining(folder),
    });
  });

  test('a setting that does not exist is refused', () => {
    expect(demoBackend.settings.safeParse({ catalogfile: 'x' }).success).toBe(false);
  });
});
