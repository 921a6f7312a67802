import { TimeSlice } from '../event-loop/time-slice.js';
import { isObject } from '../is-object.js';
import type { ServiceOffering, WireObject } from './offering.js';

/** Entries as they are published, in bytes. They never change, so each is rendered once. */
const plans = new WeakMap<WireObject, Buffer>();
const frames = new WeakMap<WireObject, readonly [before: Buffer, after: Buffer]>();

/** Renders what is not rendered yet, in slices. */
export async function renderEntries(offerings: readonly ServiceOffering[]): Promise<void> {
  const slice = new TimeSlice();
  for (const { wire, plans: offered } of offerings) {
    frameOf(wire);
    for (const plan of offered) {
      if (slice.isOver) await slice.next();
      planBytes(plan.wire);
      planBytes(plan.cloudFoundryWire);
    }
  }
}

/** The body of the catalog with these offerings. */
export function catalogBody(offerings: readonly ServiceOffering[]): Buffer {
  const parts: Buffer[] = [OPENING];
  for (const [index, { wire, plans: offered }] of offerings.entries()) {
    const [before, after] = frameOf(wire);
    if (index > 0) parts.push(COMMA);
    parts.push(before);
    for (const [place, plan] of offered.entries()) {
      if (place > 0) parts.push(COMMA);
      parts.push(planBytes(plan.wire));
    }
    parts.push(after);
  }
  return Buffer.concat([...parts, CLOSING]);
}

const OPENING = Buffer.from('{"services":[');
const COMMA = Buffer.from(',');
const CLOSING = Buffer.from(']}');

function planBytes(wire: WireObject): Buffer {
  const known = plans.get(wire);
  if (known) return known;
  const bytes = Buffer.from(JSON.stringify(wire, withSortedKeys));
  plans.set(wire, bytes);
  return bytes;
}

/** What comes before and after the plans of an offering. */
function frameOf(wire: WireObject): readonly [before: Buffer, after: Buffer] {
  const known = frames.get(wire);
  if (known) return known;
  const keys = Object.keys(withSortedKeys('', { ...wire, plans: [] }) as object);
  const members = keys.map((key) => (key === 'plans' ? undefined : `${JSON.stringify(key)}:${JSON.stringify(wire[key], withSortedKeys)}`));
  const place = members.indexOf(undefined);
  const [first, last] = [members.slice(0, place), members.slice(place + 1)];
  const frame = [
    Buffer.from(`{${[...first, '"plans":['].join(',')}`),
    Buffer.from(`${[']', ...last].join(',')}}`),
  ] as const;
  frames.set(wire, frame);
  return frame;
}

/** One order of keys, so that neither a backend nor a database that shuffles them makes another catalog of it. */
function withSortedKeys(_key: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
