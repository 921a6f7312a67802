import type { Area, Row } from '../row.js';
import { chosen } from './choice.js';

const row = (number: number): Row => ({
  number,
  level: 'MUST',
  endpoint: 'catalog',
  section: 'somewhere',
  since: '2.13',
  title: `keeps rule ${number}`,
  check: async () => undefined,
});
const AREAS: Area[] = [
  { code: 'HDR', rows: [1, 2, 3].map(row) },
  { code: 'PRV', rows: [4, 5].map(row) },
];

test.each([
  ['', [1, 2, 3, 4, 5]],
  ['PRV', [4, 5]],
  ['hdr,5', [1, 2, 3, 5]],
  ['2-4', [2, 3, 4]],
  [' 3 , 3', [3]],
])('"%s" chooses %j', (only, numbers) => {
  expect(chosen(AREAS, only).flatMap(({ rows }) => rows.map(({ number }) => number))).toEqual(numbers);
});

test.each(['XYZ', '6', '9-12', 'PRV 4'])('"%s" names no row', (only) => {
  expect(() => chosen(AREAS, only)).toThrow('no row is called');
});
