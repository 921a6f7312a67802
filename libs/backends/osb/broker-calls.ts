import {
  accepted,
  type BackendLog,
  BrokerError,
  type Call,
  done,
  type LastOperation,
  type Outcome,
  type PollRequest,
  type RawObject,
  UnknownOutcome,
} from '#sdk';
import { bodyOf, type BrokerAnswer, MalformedAnswerError, readAnswer } from './broker-answer.js';
import type { BrokerClient, HttpRequest } from './broker-client.js';
import { NotSentError } from './exchange.js';
import { lastOperation } from './last-operation.js';
import { callHeaders } from './osb-request.js';
import { present } from './present.js';
import { NotExecutedError, refusal, type RefusalRules, type Verb } from './refusal.js';

type Question = Omit<HttpRequest, 'headers'>;

/** How the body of a mutation's answer is read: when it is complete, and while it goes on. */
export interface AnswerReaders<T> {
  readonly done: (body: RawObject) => T;
  readonly accepted?: (body: RawObject) => Partial<T>;
}

/** As large as a request may be. Only catalogs are larger. */
const MAX_ANSWER_BYTES = 1_048_576;

/** Longest operation string the spec allows. */
const MAX_OPERATION_CHARACTERS = 10_000;

/** Asks one broker and says what its answers mean to the gateway. */
export class BrokerCalls {
  constructor(
    private readonly client: BrokerClient,
    private readonly headers: Readonly<Record<string, string>>,
    private readonly rules: RefusalRules,
    private readonly log: BackendLog,
  ) {}

  async mutate<T>(verb: Verb, question: Question, call: Call, readers: AnswerReaders<T>): Promise<Outcome<T>> {
    const answer = await this.ask(verb, question, call);
    return this.understand(verb, answer, () => this.outcome(verb, answer, readers));
  }

  async fetch<T>(question: Question, call: Call, read: (body: RawObject) => T): Promise<T> {
    const answer = await this.ask('fetch', question, call);
    return this.understand('fetch', answer, () => {
      if (answer.status !== 200) throw new MalformedAnswerError(`HTTP ${answer.status}, which is no answer to a fetch`);
      return read(bodyOf(answer));
    });
  }

  /** @throws UnknownOutcome: a poll that failed says nothing about the operation */
  async poll({ kind }: PollRequest, question: Question, call: Call): Promise<LastOperation> {
    try {
      return lastOperation(kind, await this.send(question, call), this.rules.clean);
    } catch (error) {
      if (!(error instanceof NotSentError)) throw error;
      this.log.warn('a poll was not sent to the broker', { reason: error.message });
      throw new UnknownOutcome('the broker could not be reached', { cause: error });
    }
  }

  private async ask(verb: Verb, question: Question, call: Call): Promise<BrokerAnswer> {
    try {
      return await this.send(question, call);
    } catch (error) {
      if (!(error instanceof NotSentError)) throw error;
      this.log.warn('a request was not sent to the broker', { verb, reason: error.message });
      throw new BrokerError('Unavailable', 'the backend cannot be reached right now; try again later', {}, { cause: new UnknownOutcome(error.message) });
    }
  }

  private async send(question: Question, call: Call): Promise<BrokerAnswer> {
    const contentType = question.body === undefined ? {} : { 'Content-Type': 'application/json' };
    const headers = { ...this.headers, ...callHeaders(call), ...contentType };
    const { signal, deadline } = call;
    return readAnswer(await this.client.send({ ...question, headers }, { signal, deadline, maxAnswerBytes: MAX_ANSWER_BYTES }));
  }

  /** Turns what is no success into the error it means, and tells the operator what only the operator can mend. */
  private understand<T>(verb: Verb, answer: BrokerAnswer, success: () => T): T {
    if (answer.status >= 400) throw this.noted(refusal(verb, answer, this.rules), verb, answer);
    try {
      return success();
    } catch (error) {
      if (!(error instanceof MalformedAnswerError)) throw error;
      this.log.warn('the broker does not keep to the spec', { verb, status: answer.status, problem: error.message });
      throw new BrokerError('BackendFailed', 'the backend gave an answer that breaks the Open Service Broker API', {}, { cause: new UnknownOutcome(error.message) });
    }
  }

  private noted(error: BrokerError, verb: Verb, { status, body }: BrokerAnswer): BrokerError {
    if (error instanceof NotExecutedError) {
      const said = this.rules.clean(body?.value['description']);
      this.log.warn('the broker did not take a request', { verb, status, ...present({ said }) });
    } else if (error.code === 'BackendFailed') {
      this.log.warn('the broker failed', { verb, status });
    }
    return error;
  }

  private outcome<T>(verb: Verb, answer: BrokerAnswer, readers: AnswerReaders<T>): Outcome<T> {
    switch (answer.status) {
      case 200:
      case 201:
        return done(readers.done(bodyOf(answer)));
      case 202: {
        const body = bodyOf(answer);
        const result = readers.accepted?.(body);
        const pollToken = this.pollToken(verb, body);
        return accepted<T>(present({ pollToken, retryAfterMs: answer.retryAfterMs, result }));
      }
      default:
        throw new MalformedAnswerError(`HTTP ${answer.status}, which the spec does not know`);
    }
  }

  private pollToken(verb: Verb, { value: { operation } }: RawObject): string | undefined {
    if (operation === undefined || operation === null || operation === '') return undefined;
    if (typeof operation === 'string' && operation.length <= MAX_OPERATION_CHARACTERS) return operation;
    this.log.warn('the broker gave an operation that cannot be sent back; polls go without', { verb });
    return undefined;
  }
}
