import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { goldenPart, refreshWith } from './golden.js';
import { PROJECT } from './tree.js';

const GUIDE = 'docs/guides/write-a-backend.md';
const SAMPLE = 'test/samples/folders';

test.each(['folders-backend', 'catalog', 'folders', 'contract-folders'])('the guide shows the sample as it stands: %s', async (part) => {
  const file = part.startsWith('contract-') ? `${part}.spec.ts` : `${part}.ts`;
  const code = await readFile(join(PROJECT, SAMPLE, file), 'utf8');
  const expected = `\`\`\`ts\n// ${file}\n${code}\`\`\`\n`;
  const refresh = refreshWith('architecture/guide');
  expect(refresh + (await goldenPart(GUIDE, part, expected))).toBe(refresh + expected);
});
