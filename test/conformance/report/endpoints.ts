import type { Row } from '../row.js';
import { ENDPOINTS } from '../specification.js';

/** Methods and paths a row is about. */
export function endpointsOf({ endpoint }: Pick<Row, 'endpoint'>): string {
  if (endpoint === 'every') return 'every call';
  return [endpoint].flat().map((each) => ENDPOINTS[each]).join(', ');
}
