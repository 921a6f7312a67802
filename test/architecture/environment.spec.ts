import { ENVIRONMENT_READERS } from '#config';
import { environmentReads } from './environment-readers.js';
import { sourceTexts } from './tree.js';

test('only config reads the environment of the process', async () => {
  const isReader = (path: string): boolean => ENVIRONMENT_READERS.some((reader) => path.startsWith(reader));
  const outsiders = [...(await sourceTexts())].filter(([path]) => !isReader(path));
  const reads = outsiders.flatMap(([path, text]) => environmentReads(path, text).map((line) => `${path}:${line}`));
  expect(outsiders.length).toBeGreaterThan(0);
  expect(reads).toEqual([]);
});

test('config does read it, so the check sees what it looks for', async () => {
  const text = (await sourceTexts()).get('config/environment.ts') ?? '';
  expect(environmentReads('config/environment.ts', text)).toHaveLength(1);
});

test.each([
  ['process.env.PORT', 1],
  ['process.env', 1],
  ["process['env']", 1],
  ['globalThis.process.env', 1],
  ["global['process'].env", 1],
  ['const { env } = process', 1],
  ['const self = process', 1],
  ['readFrom(process)', 1],
  ['process?.env', 1],
  ['process.pid; process.on("exit", end); process.stdout.write("")', 0],
  ['const memory: typeof process.memoryUsage = read', 0],
  ['const started: NodeJS.Process = read()', 0],
  ['worker.process.kill()', 0],
  ['const order = { process: 1 }', 0],
  ['// process.env', 0],
  ['"process.env"', 0],
])('%s reads the environment %i times', (text, times) => {
  expect(environmentReads('planted.ts', text)).toHaveLength(times);
});
