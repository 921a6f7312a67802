import { z } from 'zod';
import type { PlatformKind } from '#sdk';
import { leftOut } from '../backends/backend.schema.js';
import { platformKind } from '../platforms/platform.schema.js';
import type { ShapeOf } from '../request/fields.js';

/** Which page of it. */
export const catalogQuery = z.strictObject({ after: z.string().min(1).max(1_024).exactOptional().describe('The `next` of the page before.') });

const kinds = z.array(platformKind);

const plan = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string().describe('Its first 1,000 characters.'),
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
      .describe('Services and plans that are not published, and why: on the first page, the first 1,000.'),
    leftOutCount: z.int().min(0).describe('How many are not published to at least one kind of platform.'),
    next: z.string().exactOptional().describe('Give it back as `after` for more offerings; absent on the last page.'),
    etags: z.strictObject({ cloudfoundry: etag, korifi: etag, kubernetes: etag, crossplane: etag, other: etag } satisfies ShapeOf<Record<PlatformKind, string>>),
  })
  .meta({ id: 'Catalog' });

export type CatalogView = z.output<typeof catalogView>;
