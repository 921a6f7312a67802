import type { Subject } from '../platform-recorder.js';

/** What a platform takes away from a request and all that followed it. */
export type Ending =
  | 'done'
  /** Told that it failed, or as good as told. */
  | 'failed';

/** How one kind of platform behaves, with every retry it makes by itself. */
export interface PlatformScript {
  readonly name: string;
  provision(subject: Subject): Promise<Ending>;
  update(subject: Subject): Promise<Ending>;
  deprovision(subject: Subject): Promise<Ending>;
  bind(subject: Subject): Promise<Ending>;
  unbind(subject: Subject): Promise<Ending>;
}
