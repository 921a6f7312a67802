import type { PlatformRecorder, Reply, Subject } from '../platform-recorder.js';
import { patiently } from './patience.js';
import type { Ending, PlatformScript } from './platform-script.js';

const ASYNC = { acceptsIncomplete: true };

/**
 * Cloud Controller: a create is asked once. After a timeout or a 5xx it sends deletes until one is taken, and polls none
 * of them; after a broken connection it does nothing. Everything else is asked again by people.
 */
export class CloudController implements PlatformScript {
  readonly name = 'cloud-controller';

  constructor(private readonly osb: PlatformRecorder) {}

  async provision(subject: Subject): Promise<Ending> {
    return this.create(await this.osb.provision(subject, ASYNC), subject, () => this.osb.deprovision(subject, ASYNC));
  }

  async bind(subject: Subject): Promise<Ending> {
    const ending = await this.create(await this.osb.bind(subject, ASYNC), subject, () => this.osb.unbind(subject, ASYNC));
    if (ending === 'done') await this.osb.fetchBinding(subject);
    return ending;
  }

  update(subject: Subject): Promise<Ending> {
    return this.askedAgain('an update', subject, () => this.osb.update(subject, ASYNC), [200]);
  }

  deprovision(subject: Subject): Promise<Ending> {
    return this.askedAgain('a deprovision', subject, () => this.osb.deprovision(subject, ASYNC), [200, 410]);
  }

  unbind(subject: Subject): Promise<Ending> {
    return this.askedAgain('an unbind', subject, () => this.osb.unbind(subject, ASYNC), [200, 410]);
  }

  private async create(reply: Reply, subject: Subject, remove: () => Promise<Reply>): Promise<Ending> {
    if (reply.kind === 'answered' && reply.status < 202) return 'done';
    if (reply.kind === 'answered' && reply.status === 202) return this.polled(subject, reply.body.operation as string);
    const isUnclear = reply.kind === 'timeout' || (reply.kind === 'answered' && reply.status >= 500);
    if (isUnclear) await this.orphanMitigation(remove);
    return 'failed';
  }

  /** A 202 is a success here, and nobody looks what became of it. */
  private async orphanMitigation(remove: () => Promise<Reply>): Promise<void> {
    await patiently('orphan mitigation', async () => {
      const reply = await remove();
      return reply.kind === 'answered' && (reply.status < 300 || reply.status === 410) ? true : undefined;
    });
  }

  private askedAgain(what: string, subject: Subject, ask: () => Promise<Reply>, done: readonly number[]): Promise<Ending> {
    return patiently(what, async () => {
      const reply = await ask();
      if (reply.kind !== 'answered') return undefined;
      if (reply.status === 202) return (await this.polled(subject, reply.body.operation as string)) === 'done' ? 'done' : undefined;
      return done.includes(reply.status) ? 'done' : undefined;
    });
  }

  /** The first poll comes at once. */
  private polled(subject: Subject, operation: string): Promise<Ending> {
    return patiently(`the end of operation ${operation}`, async () => {
      const reply = await this.osb.poll(subject, operation);
      if (reply.kind !== 'answered') return undefined;
      if (reply.status === 410) return 'done';
      if (reply.status !== 200) return undefined;
      if (reply.body.state === 'succeeded') return 'done';
      return reply.body.state === 'failed' ? 'failed' : undefined;
    });
  }
}
