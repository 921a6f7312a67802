import type { Answer } from '../support/http-client.js';

/** An error as the spec wants it: a JSON object with one word and a sentence, and nothing else but the flags of updates. */
export function expectRefusal(answer: Answer, status: number, error?: string): void {
  const { instance_usable: _usable, update_repeatable: _repeatable, ...body } = answer.body;
  expect([answer.status, body]).toEqual([
    status,
    { error: error ?? expect.stringMatching(/^[A-Za-z]+$/), description: expect.stringMatching(/\w/) },
  ]);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
}
