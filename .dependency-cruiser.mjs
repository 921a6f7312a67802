import { getAvailableTranspilers } from 'dependency-cruiser';
import { folderOf, PACKAGES, ROOMS, ROOMS_WITHOUT_DOOR, TESTING_ROOM } from './config/boundaries.ts';

// Without a TypeScript it can use, dependency-cruiser misses imports or whole files and still reports success.
if (!getAvailableTranspilers().some(({ name, available }) => name === 'typescript' && available)) {
  throw new Error('dependency-cruiser cannot use the package "typescript": keep it at a version with an API (6.x)');
}

const rooms = Object.keys(ROOMS);
const folderPattern = (room) => folderOf(room).replaceAll('*', '[^/]+');
/** The longest first, so that of a room inside a room the inner one is found. */
const foldersOf = (all) => all.map(folderPattern).toSorted((a, b) => b.length - a.length).join('|');
/** Any file of any room; $1 in the other half of a rule is the room's folder. */
const anyRoom = `^(${foldersOf(rooms)})/`;
const anyDoor = `^(${foldersOf(rooms.filter((room) => !ROOMS_WITHOUT_DOOR.includes(room)))})/index\\.ts$`;
const specs = '\\.spec\\.ts$';

/** Files of one room, without those of a room inside it. */
function filesOf(room, pattern = folderPattern(room)) {
  const inner = rooms.filter((other) => other.startsWith(`${room}/`)).map((other) => other.slice(room.length + 1));
  return `^${pattern}/${inner.map((folder) => `(?!${folder}/)`).join('')}`;
}

function doorsOf(room) {
  const others = ROOMS[room].map((other) => filesOf(other));
  return {
    name: `doors of ${room}`,
    comment: `${room} may enter ${ROOMS[room].join(', ') || 'no other room'} (config/boundaries.ts)`,
    severity: 'error',
    from: { path: filesOf(room, folderOf(room).replace('*', '([^/]+)')) },
    to: {
      path: anyRoom,
      pathNot: [filesOf(room, folderOf(room).replace('*', '$1')), filesOf(TESTING_ROOM), ...others],
    },
  };
}

function packageDoor({ packages, rooms: allowed, because }) {
  const names = packages.map((name) => name.replace(/^node:/, '').replaceAll('.', '\\.').replaceAll('*', '[^/]+'));
  return {
    name: `only ${allowed.join(', ')}`,
    comment: `${packages.join(', ')}: ${because} (config/boundaries.ts)`,
    severity: 'error',
    from: { path: anyRoom, pathNot: allowed.map((room) => filesOf(room)) },
    to: { path: [`(^|/)node_modules/(@types/)?(${names.join('|')})/`, `^(node:)?(${names.join('|')})(/|$)`] },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...rooms.map(doorsOf),
    ...PACKAGES.map(packageDoor),
    {
      name: 'through the door',
      comment: 'a room is entered only through its index.ts, not by a file inside it',
      severity: 'error',
      from: { path: anyRoom },
      to: { path: anyRoom, pathNot: ['^$1/', anyDoor, '^apps/'] },
    },
    {
      name: 'by its name',
      comment: 'a room is entered by its #name (package.json "imports"), not by a relative path',
      severity: 'error',
      from: { path: anyRoom },
      to: { path: anyDoor, pathNot: '^$1/', dependencyTypesNot: ['aliased-subpath-import'] },
    },
    {
      name: 'not its own index',
      comment: 'inside a room files import each other, never the index of the room',
      severity: 'error',
      from: { path: anyRoom },
      to: { path: '^$1/index\\.ts$' },
    },
    {
      name: 'testing only in tests',
      comment: `${TESTING_ROOM} is for spec files and tests; it is not built`,
      severity: 'error',
      from: { path: anyRoom, pathNot: [specs, '^test/', filesOf(TESTING_ROOM)] },
      to: { path: filesOf(TESTING_ROOM) },
    },
    {
      name: 'no cycle',
      comment: 'files that import each other in a circle are one file; only entities may, for relations with two ends',
      severity: 'error',
      from: {},
      to: { circular: true, via: { pathNot: '\\.entity\\.ts$' } },
    },
    {
      name: 'found',
      comment: 'every import leads to a file, a Node module or an installed package',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'every package is named in package.json',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no development package in production',
      comment: 'what is built runs without devDependencies',
      severity: 'error',
      from: { path: '^(apps|libs|migrations|config)/', pathNot: [specs, filesOf(TESTING_ROOM)] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
    },
  },
};
