import type { BrokerUnderTest } from './broker/broker-under-test.js';
import type { Need } from './broker/needs.js';
import type { Endpoint, Level, Version } from './specification.js';

interface Heading {
  /** Its number in the whole table, 1 to 458; it never changes. */
  readonly number: number;
  readonly level: Level;
  /** Whose answers the row is about. */
  readonly endpoint: Endpoint | readonly Endpoint[] | 'every';
  /** Where the specification says so, by its headings. */
  readonly section: string;
  /** The first version with this rule. */
  readonly since: Version;
  /** What the broker does, told as a sentence. */
  readonly title: string;
}

/** A rule that can be seen to be kept or broken from outside. */
export interface VisibleRow extends Heading {
  /** What the broker must offer for the row to mean anything. */
  readonly needs?: readonly Need[];
  /** Throws what it found wrong; see expecting.ts for the words. */
  readonly check: (broker: BrokerUnderTest) => Promise<void>;
}

/** A rule no client can see being kept or broken. */
export interface InvisibleRow extends Heading {
  readonly cannotBeSeen: string;
}

/** One rule of the specification. */
export type Row = VisibleRow | InvisibleRow;

/** The rows of one part of the specification. */
export interface Area {
  /** As in the register, such as PRV. */
  readonly code: string;
  readonly rows: readonly Row[];
}

/** A row as people call it, such as PRV 221. */
export const nameOf = (area: string, { number }: { readonly number: number }): string => `${area} ${number}`;
