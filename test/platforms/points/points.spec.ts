import { goldenPart, refreshWith } from '../../architecture/golden.js';
import { cellOf, marked, strays } from '../../architecture/marks.js';
import { ELSEWHERE } from './elsewhere.js';
import { POINTS } from './points.js';

const shown = await marked('P', ['gateway-rules', 'platforms/points'], ELSEWHERE);
const isShown = (point: number): boolean => shown.some(({ number }) => number === point);

test('every point is shown by a test, or left out with a reason', () => {
  const missing = POINTS.map((point, index) => ({ ...point, number: index + 1 })).filter(({ number, leftOut }) => !isShown(number) && leftOut === undefined);
  expect(missing).toEqual([]);
  expect(POINTS).toHaveLength(40);
});

test('what is said to be shown is there, and every mark is one of a point', async () => {
  expect(await strays('P', ELSEWHERE)).toEqual([]);
  expect(shown.filter(({ number }) => POINTS[number - 1] === undefined)).toEqual([]);
});

test('the reference tells what is', async () => {
  const rows = POINTS.map(({ platforms, gateway }, index) => {
    const tests = shown.filter(({ number }) => number === index + 1).map(cellOf);
    return `| P${index + 1} | ${platforms} | ${gateway} | ${tests.join('<br>')} |`;
  });
  const leftOut = POINTS.flatMap((point, index) => (point.leftOut === undefined ? [] : [`| P${index + 1} | ${point.leftOut} |`]));
  const tables = { points: ['| | platforms | the gateway | shown by |', '|---|---|---|---|', ...rows, ''], left: ['| | what is left out |', '|---|---|', ...leftOut, ''] };
  for (const [part, lines] of Object.entries(tables)) {
    const table = lines.join('\n');
    const refresh = refreshWith('test/platforms/points/points');
    expect(refresh + (await goldenPart('docs/reference/platforms.md', part, table))).toBe(refresh + table);
  }
});
