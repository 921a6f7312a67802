const UNSEEN = 'is not shown to Cloud Foundry, which refuses it';
const CREATE = 'schemas.service_instance.create.parameters';
const UPDATE = 'schemas.service_instance.update.parameters';
const BIND = 'schemas.service_binding.create.parameters';

const NEWER_DRAFT = '/$schema is not http draft-03, draft-04 or draft-06';
const NOTHING_REQUIRED = '/required: must NOT have fewer than 1 items';
const BOUND_OF_DRAFT_06 = '/properties/Port: must have property minimum when property exclusiveMinimum is present';

const unseen = (places: readonly string[], reason: string): string[] => places.map((place) => `${place} ${UNSEEN}: ${reason}`);

/** How many warnings each catalog brings, and which: of a plan, without the place of the plan. Those of the others: none. */
export const WARNINGS: Readonly<Record<string, readonly [count: number, reasons: readonly string[]]>> = {
  templates: [120, [...unseen([CREATE, UPDATE], NOTHING_REQUIRED), ...unseen([CREATE, UPDATE], BOUND_OF_DRAFT_06)]],
  appliances: [36, unseen([CREATE, UPDATE, BIND], NEWER_DRAFT)],
  playbooks: [
    18,
    [
      'metadata.bullets[0] must be a string: the member is not published',
      `${UPDATE} is not enforced: ${NOTHING_REQUIRED}`,
      ...unseen([UPDATE], NOTHING_REQUIRED),
    ],
  ],
  addons: [12, unseen([CREATE, UPDATE], '/properties/labels: must be object')],
  fabric: [18, unseen([CREATE, UPDATE, BIND], NEWER_DRAFT)],
};
