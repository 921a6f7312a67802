import { goldenPart, refreshWith } from '../architecture/golden.js';
import { FEATURES, ROLES } from './broker/needs.js';
import { fromCatalog } from './broker/parts.js';

const refresh = refreshWith('test/conformance/guide');
const FOUND = new Set<string>(['any', 'anyBindable', 'sync', 'async', 'asyncOnly', ...Object.keys(fromCatalog([], new Map()))]);

test('every part a plan can play is in the guide, as the suite tells of it', async () => {
  const rows = Object.entries(ROLES).map(([role, what]) => `| \`${role}\` | ${what} | ${FOUND.has(role) ? 'yes' : ''} |\n`);
  const table = ['| part | what plays it | looked for without a profile |\n', '|---|---|---|\n', ...rows].join('');
  expect(refresh + (await goldenPart('docs/guides/test-a-broker.md', 'parts', table))).toBe(refresh + table);
});

test('what else rows may need is in the guide', async () => {
  const rows = Object.entries(FEATURES).map(([feature, what]) => `| \`${feature}\` | ${what} |\n`);
  const table = ['| need | what it is |\n', '|---|---|\n', ...rows].join('');
  expect(refresh + (await goldenPart('docs/guides/test-a-broker.md', 'features', table))).toBe(refresh + table);
});
