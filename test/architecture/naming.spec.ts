import { basename, dirname } from 'node:path';
import { folderOf, ROOMS, ROOMS_WITHOUT_DOOR } from '#config';
import { type Entry, sourceEntries } from './tree.js';

const BANNED = /^(common|shared|utils?|helpers?|misc)$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const ROLES = 'module controller guard filter strategy schema response entity store worker slow spec'.split(' ');

const rooms = Object.keys(ROOMS).map((room) => ({
  room,
  folder: new RegExp(`^${folderOf(room).replaceAll('*', '[^/]+')}$`),
}));

let entries: readonly Entry[];
const folders = (): readonly string[] => entries.filter(({ isFolder }) => isFolder).map(({ path }) => path);
const files = (): readonly string[] => entries.filter(({ isFolder }) => !isFolder).map(({ path }) => path);
const sources = (): readonly string[] => files().filter((path) => path.endsWith('.ts'));

beforeAll(async () => {
  entries = await sourceEntries();
});

test('a folder is in kebab-case and says what it holds', () => {
  expect(folders().filter((path) => !KEBAB.test(basename(path)) || BANNED.test(basename(path)))).toEqual([]);
});

test('a file is in kebab-case, with a role only where the framework gives one', () => {
  const wrong = sources().filter((path) => {
    const [name = '', ...roles] = basename(path, '.ts').split('.');
    return !KEBAB.test(name) || roles.some((role) => !ROLES.includes(role));
  });
  expect(sources().length).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
});

test('no file is called after what it is used for everywhere', () => {
  const kinds = /^(types|interfaces|constants|common|shared|utils?|helpers?|misc)$/;
  expect(sources().filter((path) => kinds.test(basename(path, '.ts')))).toEqual([]);
});

test('every folder that could be a room stands in the table of doors', () => {
  const candidates = folders().filter((path) => /^(apps|libs)\/[^/]+$|^libs\/backends\/[^/]+$/.test(path));
  const known = candidates.filter((path) => path === 'libs/backends' || rooms.some(({ folder }) => folder.test(path)));
  expect(candidates).toEqual(known);
});

test('no source stands outside a room', () => {
  const places = /^(apps|libs|libs\/backends)$/;
  expect(sources().filter((path) => places.test(dirname(path)))).toEqual([]);
});

test('a room has one index.ts, at its top, and no other folder has one', () => {
  const withDoor = rooms.filter(({ room }) => !ROOMS_WITHOUT_DOOR.some((other) => other === room));
  const doors = folders().filter((path) => withDoor.some(({ folder }) => folder.test(path)));
  const top = ['config', 'migrations'];
  const expected = [...doors, ...top].map((path) => `${path}/index.ts`).toSorted();
  expect(sources().filter((path) => basename(path) === 'index.ts').toSorted()).toEqual(expected);
});
