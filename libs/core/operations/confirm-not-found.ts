import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { BackendCalls } from '../backends/backend-calls.js';
import type { CallEnd } from '../backends/call-end.js';
import { isObject } from '../is-object.js';
import type { Step } from './step.js';
import { Timings } from './timings.js';

/**
 * A 404 to a delete says less than a 410: something before the backend may have said it. To orphan mitigation, which
 * nobody else watches, it is the end when the backend's catalog can be read and the backend says 404 once more.
 */
@Injectable()
export class ConfirmNotFound {
  constructor(
    private readonly calls: BackendCalls,
    private readonly timings: Timings,
  ) {}

  /**
   * @param first how the delete ended
   * @param again sends it once more
   * @returns that it is gone; else how the delete ended last
   */
  async confirmed(backendId: string, deadline: Date, first: CallEnd<Step>, again: () => Promise<CallEnd<Step>>): Promise<CallEnd<Step>> {
    if (!isNotFound(first)) return first;
    const catalog = await this.calls.call(backendId, deadline, (backend, signal) => backend.catalog({ signal }));
    if (catalog.kind !== 'answered' || !isObject(catalog.value)) return first;
    if (Date.now() + this.timings.firstPollMs >= deadline.getTime()) return first;
    await pause(this.timings.firstPollMs);
    const second = await again();
    return isNotFound(second) ? { kind: 'answered', value: { kind: 'gone' } } : second;
  }
}

const isNotFound = (end: CallEnd<Step>): boolean => end.kind === 'refused' && end.error.code === 'NotFound';
