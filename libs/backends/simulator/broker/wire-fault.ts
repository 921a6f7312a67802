import { z } from 'zod';

const milliseconds = z.number().int().min(0).max(86_400_000);

/** What goes wrong on the wire for the next matching requests; the README explains every word. */
export const wireFaultSchema = z
  .strictObject({
    method: z.string().optional(),
    path: z
      .string()
      .transform((pattern) => new RegExp(pattern))
      .optional(),
    times: z.number().int().min(1).default(1),
    delayMs: milliseconds.optional(),
    act: z.boolean().default(true),
    answerDelayMs: milliseconds.optional(),
    hang: z.boolean().optional(),
    close: z.boolean().optional(),
    status: z.number().int().min(200).max(599).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.string().optional(),
    dripMs: milliseconds.optional(),
  })
  .refine(
    ({ act, hang, close, status }) => act || hang === true || close === true || status !== undefined,
    'without acting there is no answer: give status, close or hang',
  );

export type WireFault = z.output<typeof wireFaultSchema>;
/** A wire fault as it is set. */
export type WireFaultInput = z.input<typeof wireFaultSchema>;

/** The faults that wait for their requests. */
export class WireFaults {
  #waiting: WireFault[] = [];

  add(input: unknown): void {
    this.#waiting.push(wireFaultSchema.parse(input));
  }

  /** The first fault that matches, one time less. `path` is the path as sent, without the query. */
  take(method: string, path: string): WireFault | undefined {
    const fault = this.#waiting.find(
      (waiting) => (waiting.method ?? method) === method && (waiting.path?.test(path) ?? true),
    );
    if (fault === undefined) return undefined;
    fault.times -= 1;
    if (fault.times === 0) this.#waiting = this.#waiting.filter((waiting) => waiting !== fault);
    return fault;
  }

  clear(): void {
    this.#waiting = [];
  }
}
