import { z } from 'zod';
import type { PlatformKind } from '#sdk';
import { leftOut } from '../backends/backend.schema.js';
import { platformKind } from '../platforms/platform.schema.js';
import type { ShapeOf } from '../request/fields.js';

const kinds = z.array(platformKind);

const plan = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  free: z.boolean(),
  bindable: z.boolean(),
  shownTo: kinds.describe('The kinds of platform that find it in their catalog.'),
});

const offering = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  backend: z.string().describe('Name of the backend it comes from.'),
  plans: z.array(plan),
});

const etag = z.string().describe('ETag of GET /v2/catalog for platforms of this kind.');

/** The catalog as operators see it: where everything comes from, and what is missing. */
export const catalogView = z
  .strictObject({
    offerings: z.array(offering),
    leftOut: z
      .array(
        z.strictObject({
          ...leftOut.shape,
          backend: z.string().describe('Name of the backend it comes from.'),
          hiddenFrom: kinds.describe('The kinds of platform that do not find it in their catalog.'),
        }),
      )
      .describe('Services and plans that are not published, and why.'),
    etags: z.strictObject({ cloudfoundry: etag, kubernetes: etag, other: etag } satisfies ShapeOf<Record<PlatformKind, string>>),
  })
  .meta({ id: 'Catalog' });

export type CatalogView = z.output<typeof catalogView>;
