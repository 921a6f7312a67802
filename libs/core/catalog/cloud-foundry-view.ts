import type { LeftOut, ServiceOffering, ServicePlan } from './offering.js';

/** Cloud Controller keeps names and ids in columns of this size where its database is MySQL. */
const MAX_COLUMN = 255;

/** What a Cloud Foundry is shown of an offering, and what is kept from it because its catalog would be refused. */
export interface CloudFoundryView {
  readonly plans: readonly ServicePlan[];
  readonly leftOut: readonly LeftOut[];
}

/** Leaves out what is legal by the spec, but makes Cloud Controller refuse the whole catalog; of a schema, only the schema. */
export function cloudFoundryView(offering: ServiceOffering): CloudFoundryView {
  const named = { serviceId: offering.id, serviceName: offering.name };
  const service = `service "${offering.name}"`;
  if (tooLong(offering)) return { plans: [], leftOut: [{ ...named, reason: `${service} ${TOO_LONG}` }] };
  const plans: ServicePlan[] = [];
  const leftOut: LeftOut[] = [];
  const names = new Set<string>();
  for (const plan of offering.plans) {
    const name = plan.name.trim().toLowerCase();
    const objection = names.has(name) ? SAME_NAME : tooLong(plan) ? TOO_LONG : undefined;
    if (objection === undefined) {
      names.add(name);
      plans.push({ ...plan, wire: plan.cloudFoundryWire });
    } else {
      leftOut.push({ ...named, planId: plan.id, planName: plan.name, reason: `plan "${plan.name}" ${objection}` });
    }
  }
  if (plans.length === 0) leftOut.push({ ...named, reason: `${service} has no plan Cloud Foundry can take` });
  return { plans, leftOut };
}

const TOO_LONG = `has a name or id longer than ${MAX_COLUMN} characters, which Cloud Foundry cannot keep`;
const SAME_NAME = 'has the name of another plan but for case or outer spaces, which Cloud Foundry refuses';

function tooLong({ id, name }: { readonly id: string; readonly name: string }): boolean {
  return Math.max(id.length, name.length) > MAX_COLUMN;
}
