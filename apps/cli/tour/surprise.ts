/** Something went otherwise than the specification or the backend promises. */
export class Surprise extends Error {
  override readonly name = 'Surprise';

  constructor(expected: string, got: string) {
    super(`expected ${expected}\n     got ${got}`);
  }
}

export function expectEqual(what: string, got: unknown, expected: unknown): void {
  const [shown, wanted] = [JSON.stringify(got), JSON.stringify(expected)];
  if (shown !== wanted) throw new Surprise(`${what} ${wanted}`, shown ?? 'nothing');
}
