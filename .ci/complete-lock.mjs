// Completes package-lock.json after dependencies changed: node .ci/complete-lock.mjs
//
// A registry mirror may lack a package for a platform that is not ours. npm then leaves that optional package out of
// the lock file, and `npm ci` refuses the file on every machine. An entry by name, version, os and cpu is enough for it.
// Every entry gets the integrity its registry tells, without which npm would install whatever a registry sends.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = path === '' ? '' : `${path}/`;
    if (lock.packages[`node_modules/${name}`] || lock.packages[`${nested}node_modules/${name}`]) continue;
    lock.packages[`node_modules/${name}`] = platformEntry(name, version, entry);
    console.log(`added ${name}@${version}`);
  }
}

for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '' || entry.link || entry.integrity) continue;
  const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  entry.integrity = integrityOf(`${name}@${entry.version}`);
  console.log(`integrity of ${name}@${entry.version}`);
}

const { '': root, ...rest } = lock.packages;
const sorted = Object.entries(rest).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = { '': root, ...Object.fromEntries(sorted) };
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);

function integrityOf(spec) {
  const told = execFileSync('npm', ['view', spec, 'dist.integrity'], { encoding: 'utf8' }).trim();
  if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(told)) throw new Error(`the registry tells no integrity of ${spec}; ask one that does`);
  return told;
}

function platformEntry(name, version, parent) {
  const tail = name.replace(/^@[^/]+\//, '');
  const os = /darwin|linux|win32|android|freebsd|openharmony/.exec(tail)?.[0];
  const cpu = /arm64|riscv64|loong64|ppc64|s390x|ia32|x64|arm|wasm32/.exec(tail)?.[0];
  if (!os || !cpu || !/^\d/.test(version)) throw new Error(`${name}@${version} is no package of one platform`);
  const libc = tail.includes('musl') ? 'musl' : os === 'linux' ? 'glibc' : undefined;
  return {
    version,
    cpu: [cpu],
    ...(parent.dev ? { dev: true } : {}),
    ...(libc ? { libc: [libc] } : {}),
    optional: true,
    os: [os],
    ...(parent.engines ? { engines: parent.engines } : {}),
  };
}
