import { BrokerError } from '#sdk';
import { z } from 'zod';
import type { Ledger } from '../ledger.js';
import { jsonAnswer, type Answer } from './answer.js';
import type { ReceivedRequest } from './osb-request.js';
import type { Records } from './records.js';
import type { WireFaults } from './wire-fault.js';

export const CONTROL_PATH = '/_control';

export interface ControlledBroker {
  readonly records: Records;
  readonly requests: ReceivedRequest[];
  readonly faults: WireFaults;
  readonly ledger?: Ledger | undefined;
}

/** The routes a test or an operator drives the broker with; no part of the Open Service Broker API. */
export function controlAnswer({ method, url, body }: ReceivedRequest, broker: ControlledBroker): Answer {
  switch (`${method} ${url}`) {
    case `GET ${CONTROL_PATH}/ledger`:
      return jsonAnswer(200, { ...broker.ledger?.toJSON() });
    case `GET ${CONTROL_PATH}/requests`:
      return jsonAnswer(200, { requests: broker.requests });
    case `POST ${CONTROL_PATH}/reset`:
      broker.records.clear();
      broker.ledger?.reset();
      broker.faults.clear();
      broker.requests.length = 0;
      return jsonAnswer(200);
    case `POST ${CONTROL_PATH}/faults`:
      addFault(broker.faults, body);
      return jsonAnswer(201);
    case `DELETE ${CONTROL_PATH}/faults`:
      broker.faults.clear();
      return jsonAnswer(200);
    default:
      throw new BrokerError('NotFound', `There is no ${method} ${url}; see the table of control routes.`);
  }
}

function addFault(faults: WireFaults, body: string): void {
  try {
    faults.add(JSON.parse(body));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : 'not valid JSON';
    throw new BrokerError('BadRequest', `The fault: ${reason}`);
  }
}
