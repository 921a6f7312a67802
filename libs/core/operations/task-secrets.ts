import { maskOf } from '../backends/hide-secrets.js';
import type { ChangeText } from '../readable/readable.js';
import type { Task } from './lifecycle-store.js';

/** Each is looked for in a text: what holds more is not told at all. */
const MOST_VALUES = 2_000;
/** Shorter numbers are no secrets, but ports and counts. */
const SHORTEST_NUMBER = 6;

/**
 * Masks whatever a platform or its backend gave the gateway in confidence for this operation: values of parameters and
 * contexts, credentials, state and the poll token. A text is replaced whole where those are too many to look for.
 */
export function maskOfTask(task: Task): ChangeText {
  const { operation, instance, binding } = task;
  const raw = [instance.parameters, instance.context, binding?.parameters, binding?.context, binding?.bindResource, binding?.result?.credentials?.raw];
  const update = [operation.update?.parameters, operation.update?.context, operation.update?.previousValues];
  const parsed = [...raw, ...update].filter((text) => text !== undefined).map((text) => JSON.parse(text) as unknown);
  const known = [instance.backendState, binding?.backendState, operation.pollToken, operation.apiInfoLocation];
  const values = valuesIn([...parsed, ...known]);
  return values ? maskOf(values) : () => 'it holds more values to mask than are looked for';
}

/** Every text and every long number in it, however deep; nothing where there are too many. */
function valuesIn(start: unknown): string[] | undefined {
  const found = new Set<string>();
  const open: unknown[] = [start];
  while (open.length > 0 && found.size <= MOST_VALUES) {
    const value = open.pop();
    if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) open.push(member);
    else if (isTold(value)) found.add(String(value));
  }
  return found.size > MOST_VALUES ? undefined : [...found];
}

const isTold = (value: unknown): boolean =>
  typeof value === 'string' ? value !== '' : typeof value === 'number' && String(value).length >= SHORTEST_NUMBER;
