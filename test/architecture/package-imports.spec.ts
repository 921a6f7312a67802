import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOf, ROOMS, ROOMS_WITHOUT_DOOR } from '#config';
import { PROJECT, sourceEntries } from './tree.js';

interface Target {
  readonly source: string;
  readonly default: string;
}

async function targets(): Promise<readonly (readonly [string, Target])[]> {
  const text = await readFile(join(PROJECT, 'package.json'), 'utf8');
  return Object.entries((JSON.parse(text) as { imports: Record<string, Target> }).imports);
}

/** The first name that fits, in the order Node looks: exact names, then the longest pattern. */
function resolveName(name: string, all: readonly (readonly [string, Target])[]): string | undefined {
  for (const [key, { source }] of all.toSorted(([a], [b]) => b.length - a.length)) {
    const [head = '', tail] = key.split('*');
    if (tail === undefined ? name === key : name.startsWith(head)) return source.replace('*', name.slice(head.length));
  }
  return undefined;
}

test('every name of package.json leads to an index.ts, and when built to the file compiled from it', async () => {
  for (const [, { source, default: built }] of await targets()) {
    expect(source).toMatch(/^\.\/.+\/index\.ts$/);
    expect(built).toBe(source.replace(/^\.\//, './dist/').replace(/\.ts$/, '.js'));
  }
});

test('every room with a door is entered by its own name', async () => {
  const all = await targets();
  const rooms = Object.keys(ROOMS).filter((room) => !ROOMS_WITHOUT_DOOR.some((other) => other === room));
  const led = rooms.map((room) => resolveName(`#${room.replace('*', 'demo')}`, all));
  expect(led).toEqual(rooms.map((room) => `./${folderOf(room.replace('*', 'demo'))}/index.ts`));
});

test('every name leads to a file that is there', async () => {
  const files = new Set((await sourceEntries()).map(({ path }) => `./${path}`));
  const names = Object.keys(ROOMS).filter((room) => !room.includes('*') && !ROOMS_WITHOUT_DOOR.some((o) => o === room));
  const all = await targets();
  expect(names.filter((room) => !files.has(resolveName(`#${room}`, all) ?? ''))).toEqual([]);
});
