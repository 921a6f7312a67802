import type { Dispatcher } from 'undici';
import { CollectedBytes, HostRefusedError, UnknownOutcome } from '#sdk';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Undefined when it was larger than the limit, or came in too many small pieces; the rest was not read. */
  readonly body: Buffer | undefined;
}

/** Surely not a byte of the request left this process. The message is for operators. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
}

/** The request left, and no complete answer came: what the broker did is not known. */
export class OutcomeUnknownError extends UnknownOutcome {
  override readonly name = 'OutcomeUnknownError';
}

/**
 * One request and its answer. undici calls `onRequestStart` when it has a connection and is about to write, and never
 * before: that call is the border between "not sent" and "perhaps done".
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly answer: Promise<HttpAnswer>;
  private readonly outcome = Promise.withResolvers<HttpAnswer>();
  private controller: Dispatcher.DispatchController | undefined;
  private stopped = false;
  private status = 0;
  private headers: HttpAnswer['headers'] = {};
  private readonly body: CollectedBytes;

  /** @param untilMs after this nothing is sent any more */
  constructor(
    maxBytes: number,
    private readonly untilMs: number,
  ) {
    this.body = new CollectedBytes(maxBytes);
    this.answer = this.outcome.promise;
  }

  /** Ends the exchange at the deadline. A request that still waits for a connection will not be sent any more. */
  stop(): void {
    this.stopped = true;
    this.outcome.reject(
      this.controller
        ? new OutcomeUnknownError('the broker gave no complete answer in time')
        : new NotSentError('no connection to the broker was free or stood in time'),
    );
    this.controller?.abort(new Error('stopped'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // A process that stood still and woke may come here before its timers: what it would send is late (decision 12).
    if (!this.stopped && Date.now() < this.untilMs) return void (this.controller = controller);
    this.outcome.reject(new NotSentError('its time was over before it could be sent'));
    controller.abort(new Error('stopped'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HttpAnswer['headers']): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.body.add(chunk) === undefined) return;
    this.outcome.resolve({ status: this.status, headers: this.headers, body: undefined });
    controller.abort(new Error('the answer is too large'));
  }

  onResponseEnd(): void {
    this.outcome.resolve({ status: this.status, headers: this.headers, body: this.body.all() });
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.outcome.reject(this.controller ? brokenOff(error) : notSent(error));
  }
}

/** Only the code goes into the message: undici's parser error carries bytes of the answer, credentials among them. */
function brokenOff(error: Error): OutcomeUnknownError {
  return new OutcomeUnknownError(
    `the exchange with the broker broke off after the request was sent (${codeOf(error)})`,
  );
}

function notSent(error: Error): NotSentError {
  return new NotSentError(error instanceof HostRefusedError ? error.message : `no connection (${codeOf(error)})`);
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : error.name);
