import {
  Broken,
  expectDescription,
  expectMember,
  expectNoBreakdown,
  expectNone,
  expectNoStatus,
  expectObject,
  expectRefusal,
  expectSame,
  expectStatus,
  expectThat,
  sameJson,
} from './expecting.js';
import { Answer } from './wire/answer.js';

const answered = (status: number, body: string): Answer => new Answer('PUT /v2/x', status, [], body, 1);

test.each<[string, () => void]>([
  ['PUT /v2/x was answered 201 {"a":1}; expected 200 or 409', () => expectStatus(answered(201, '{"a":1}'), 200, 409)],
  ['PUT /v2/x was answered 422 (no body); expected anything but 422', () => expectNoStatus(answered(422, ''), 422)],
  ['PUT /v2/x was answered 500 {}; expected no breakdown', () => expectNoBreakdown(answered(500, '{}'))],
  ['PUT /v2/x was answered 200 []; expected a JSON object for a body', () => expectObject(answered(200, '[]'))],
  ['PUT /v2/x was answered 422 {"error":"No"}; expected the error AsyncRequired', () => expectRefusal(answered(422, '{"error":"No"}'), 422, 'AsyncRequired')],
  ['PUT /v2/x was answered 400 {"description":""}; expected a description', () => expectDescription(answered(400, '{"description":""}'))],
  ['PUT /v2/x was answered 412 {"description":"no"}; expected a description like /2\\.11/', () => expectDescription(answered(412, '{"description":"no"}'), /2\.11/)],
  ['PUT /v2/x was answered 200 {"state":"?"}; expected state to be "failed"', () => expectMember(answered(200, '{"state":"?"}'), 'state', 'failed')],
  ['PUT /v2/x was answered 400 {"b":1}; expected no b', () => expectNone(answered(400, '{"b":1}'), 'a', 'b')],
  [
    'PUT /v2/x was answered 202 {"operation":"2"}; expected the same operation as before, when PUT /v2/x was answered 202 {"operation":"1"}',
    () => expectSame(answered(202, '{"operation":"1"}'), answered(202, '{"operation":"2"}'), 'operation'),
  ],
  ['it took too long', () => expectThat(false, 'it took too long')],
])('%s', (message, expectation) => {
  expect(expectation).toThrow(new Broken(message));
});

test('what is right is let through', () => {
  const good = answered(409, '{"error":"Conflict","description":"other attributes","a":{"b":[1]}}');
  expectStatus(good, 200, 409);
  expectNoBreakdown(good);
  expectRefusal(good, [400, 409], 'Conflict');
  expectDescription(good, /attributes/);
  expectMember(good, 'a', { b: [1] });
  expectNone(good, 'c');
  expectSame(good, good, 'a', 'c');
  expect(expectObject(good)).toHaveProperty('a');
});

test('a message leaves credentials out', () => {
  const bound = answered(201, '{"credentials":{"password":"hush"}}');
  expect(() => expectStatus(bound, 200)).toThrow('{"credentials":"(left out)"}');
});

test.each([
  ['{"a":1,"b":[1,{}]}', '{"b":[1,{}],"a":1.0}', true],
  ['{"a":1}', '{"a":1,"b":null}', false],
  ['[]', '{}', false],
  ['null', '{}', false],
])('%s and %s', (a, b, same) => {
  expect(sameJson(JSON.parse(a), JSON.parse(b))).toBe(same);
});
