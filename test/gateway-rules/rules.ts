import { marked, strays, type Shown } from '../architecture/marks.js';
import { ELSEWHERE } from './elsewhere.js';

export const RULE_COUNT = 114;

/** Every rule with the tests that hold the gateway to it, by number. */
export const heldRules = (): Promise<Shown[]> => marked('G', ['gateway-rules'], ELSEWHERE);

/** The tests that {@link ELSEWHERE} names and that are not there. */
export const strayRules = (): Promise<string[]> => strays('G', ELSEWHERE);
