// Lets plain Node run the sources: Jest's own transform does not reach its global setup, nor the processes that tests
// start with `node --import`. Resolves `./x.js` to `./x.ts` and `#name` to the room's source.
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import { swcOptions } from './swc.mjs';

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (!context.parentURL?.endsWith('.ts')) return nextResolve(specifier, context);
    const source = /^\.{1,2}\/.*\.js$/.test(specifier) && specifier.replace(/\.js$/, '.ts');
    if (source && existsSync(new URL(source, context.parentURL))) return nextResolve(source, context);
    const conditions = specifier.startsWith('#') ? ['source', ...context.conditions] : context.conditions;
    return nextResolve(specifier, { ...context, conditions });
  },
  load(url, context, nextLoad) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), { ...swcOptions, filename });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
