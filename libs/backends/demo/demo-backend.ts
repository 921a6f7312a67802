import { z } from 'zod';
import type { BackendType } from '#sdk';
import { ownCatalogFile } from './catalog-file.js';
import { Demo } from './demo.js';

const settings = z.strictObject({
  catalogFile: z
    .string()
    .min(1)
    .optional()
    .describe('A YAML or JSON file with the catalog to publish, instead of the one offering `demo`.'),
});

/** What the gateway installs: a name, the shape of the settings, and how to make a backend of them. */
export const demoBackend: BackendType<z.infer<typeof settings>> = {
  type: 'demo',
  description: 'Makes nothing: random credentials for a demonstration, and the smallest example of a backend.',
  settings,
  create: ({ catalogFile = ownCatalogFile() }) => new Demo(catalogFile),
};
