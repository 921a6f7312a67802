import { isObject } from '../is-object.js';

/** Which members are themselves objects of the spec, to be cleaned as well. */
interface Inside {
  readonly [member: string]: Inside;
}

/**
 * A copy in which a null member is an absent one, at the levels the spec gives a shape to. Deeper down, in schemas,
 * metadata and vendor fields, null may mean something and stays.
 */
export function withoutNulls(value: unknown, inside: Inside): unknown {
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(
    members.map(([key, member]) => {
      const deeper = Object.hasOwn(inside, key) ? inside[key] : undefined;
      return [key, deeper ? withoutNulls(member, deeper) : member];
    }),
  );
}
