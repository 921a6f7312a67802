import { PLATFORM_KINDS as KINDS_OF_CONFIG } from '#config';
import { PLATFORM_KINDS, PLATFORM_PROFILES, type PlatformProfile } from '#core';
import { goldenPart, refreshWith } from './golden.js';

const CATALOG = { everything: 'everything', cloudfoundry: 'what Cloud Controller takes' } as const;
const PARAMETERS = { merged: 'of the record, or what the backend tells', asSent: 'always there, as sent last' } as const;
const DELETES = { specified: '200 or 202, 410 when gone; a poll of its end: `succeeded`', accepted: '202; a poll of its end: 410' } as const;
const REFUSALS = { error: 'the error', failedOperation: '202, then `failed` with the description' } as const;

function rowOf(kind: string, profile: PlatformProfile): string {
  const { clients, catalog, endpoints, fetchedParameters, deletes, refusedCreates, promoteAfterMs } = profile;
  const cells = [`\`${kind}\``, clients, CATALOG[catalog], endpoints ? 'yes' : 'no', PARAMETERS[fetchedParameters], DELETES[deletes], REFUSALS[refusedCreates]];
  return `| ${[...cells, promoteAfterMs === undefined ? 'that of the backend' : `${promoteAfterMs} ms at most`].join(' | ')} |`;
}

test('the reference has the table of kinds', async () => {
  const head = '| kind | clients | catalog | `endpoints` | `parameters` of a GET | a DELETE | a refused create or bind | 202 after |';
  const rows = PLATFORM_KINDS.map((kind) => rowOf(kind, PLATFORM_PROFILES[kind]));
  const table = [head, '|---|---|---|---|---|---|---|---|', ...rows, ''].join('\n');
  const refresh = refreshWith('test/architecture/platform-kinds');
  expect(refresh + (await goldenPart('docs/reference/platforms.md', 'kinds', table))).toBe(refresh + table);
});

test('the configuration knows the kinds of the core, in their order', () => {
  expect(KINDS_OF_CONFIG).toEqual(PLATFORM_KINDS);
});
