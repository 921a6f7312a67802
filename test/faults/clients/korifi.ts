import type { PlatformRecorder, Reply, Subject } from '../platform-recorder.js';
import { patiently } from './patience.js';
import type { Ending, PlatformScript } from './platform-script.js';

const ASYNC = { acceptsIncomplete: true };

/**
 * Korifi: every reconciliation sends the PUT or DELETE again, then polls the operation of that very answer, until a PUT
 * is answered 200 or 201, or a DELETE 200 or 410. It never updates.
 */
export class Korifi implements PlatformScript {
  readonly name = 'korifi';

  constructor(private readonly osb: PlatformRecorder) {}

  provision(subject: Subject): Promise<Ending> {
    return this.reconciledCreate('a provision', subject, () => this.osb.provision(subject, ASYNC));
  }

  bind(subject: Subject): Promise<Ending> {
    return this.reconciledCreate('a bind', subject, () => this.osb.bind(subject, ASYNC));
  }

  update(): Promise<Ending> {
    throw new Error('korifi does not update instances');
  }

  deprovision(subject: Subject): Promise<Ending> {
    return this.reconciledDelete('a deprovision', subject, () => this.osb.deprovision(subject, ASYNC));
  }

  unbind(subject: Subject): Promise<Ending> {
    return this.reconciledDelete('an unbind', subject, () => this.osb.unbind(subject, ASYNC));
  }

  private reconciledCreate(what: string, subject: Subject, put: () => Promise<Reply>): Promise<Ending> {
    return patiently<Ending>(what, async () => {
      const reply = await put();
      if (reply.kind !== 'answered') return undefined;
      if (reply.status < 202) return 'done';
      if ([400, 409, 422].includes(reply.status)) return 'failed';
      if (reply.status !== 202) return undefined;
      const poll = await this.osb.poll(subject, reply.body.operation as string);
      return poll.kind === 'answered' && poll.status === 200 && poll.body.state === 'failed' ? 'failed' : undefined;
    });
  }

  private reconciledDelete(what: string, subject: Subject, remove: () => Promise<Reply>): Promise<Ending> {
    return patiently<Ending>(what, async () => {
      const reply = await remove();
      if (reply.kind !== 'answered') return undefined;
      if (reply.status === 200 || reply.status === 410) return 'done';
      if (reply.status !== 202) return undefined;
      const poll = await this.osb.poll(subject, reply.body.operation as string);
      return poll.kind === 'answered' && poll.status === 410 ? 'done' : undefined;
    });
  }
}
