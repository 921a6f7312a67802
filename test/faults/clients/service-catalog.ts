import type { PlatformRecorder, Reply, Subject } from '../platform-recorder.js';
import { patiently } from './patience.js';
import type { Ending, PlatformScript } from './platform-script.js';

const ASYNC = { acceptsIncomplete: true };

/**
 * service-catalog: instances asynchronously, bindings without the flag. After a broken connection the identical PUT
 * again, also while the first is in flight; after a timeout or a 5xx a DELETE and then the PUT with the same id.
 */
export class ServiceCatalog implements PlatformScript {
  readonly name = 'service-catalog';

  constructor(private readonly osb: PlatformRecorder) {}

  provision(subject: Subject): Promise<Ending> {
    return patiently<Ending>('a provision', async () => {
      const reply = await this.osb.provision(subject, ASYNC);
      if (reply.kind === 'reset' || reply.kind === 'refused') return undefined;
      if (reply.kind === 'answered' && reply.status < 202) return 'done';
      if (reply.kind === 'answered' && reply.status === 400) return 'failed';
      if (reply.kind === 'answered' && reply.status === 202) {
        const ending = await this.polled(subject, reply.body.operation as string);
        if (ending === 'failed') await this.deprovision(subject);
        return ending;
      }
      if (isUnclear(reply)) await this.deprovision(subject);
      return undefined;
    });
  }

  update(subject: Subject): Promise<Ending> {
    return this.repeated('an update', subject, () => this.osb.update(subject, ASYNC), [200]);
  }

  deprovision(subject: Subject): Promise<Ending> {
    return this.repeated('a deprovision', subject, () => this.osb.deprovision(subject, ASYNC), [200, 410]);
  }

  /** Any error is final; what it may have left is removed. A controller that lost its connection begins anew. */
  bind(subject: Subject): Promise<Ending> {
    return patiently<Ending>('a bind', async () => {
      const reply = await this.osb.bind(subject);
      if (reply.kind === 'reset' || reply.kind === 'refused') return undefined;
      if (reply.kind === 'answered' && reply.status < 202) return 'done';
      if (isUnclear(reply)) await this.unbind(subject);
      return 'failed';
    });
  }

  unbind(subject: Subject): Promise<Ending> {
    return this.repeated('an unbind', subject, () => this.osb.unbind(subject), [200, 410]);
  }

  private repeated(what: string, subject: Subject, ask: () => Promise<Reply>, done: readonly number[]): Promise<Ending> {
    return patiently<Ending>(what, async () => {
      const reply = await ask();
      if (reply.kind !== 'answered') return undefined;
      if (reply.status === 202) return (await this.polled(subject, reply.body.operation as string)) === 'done' ? 'done' : undefined;
      return done.includes(reply.status) ? 'done' : undefined;
    });
  }

  private polled(subject: Subject, operation: string): Promise<Ending> {
    return patiently<Ending>(`the end of operation ${operation}`, async () => {
      const reply = await this.osb.poll(subject, operation);
      if (reply.kind !== 'answered' || reply.status !== 200) return undefined;
      if (reply.body.state === 'succeeded') return 'done';
      return reply.body.state === 'failed' ? 'failed' : undefined;
    });
  }
}

const isUnclear = (reply: Reply): boolean => reply.kind === 'timeout' || (reply.kind === 'answered' && reply.status >= 500);
