import type { RawJson, RawObject } from '#sdk';

/** The named members of a body with their bytes, under the names the use cases have for them. */
export function rawMembers<N extends string>(body: RawObject, names: Readonly<Record<string, N>>): { [K in N]?: RawJson } {
  const found: { [K in N]?: RawJson } = {};
  for (const [member, name] of Object.entries(names)) {
    const raw = body.member(member);
    if (raw) found[name] = raw;
  }
  return found;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The members that have a value. */
export function present<T extends object>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;
}
