import { z } from 'zod';
import {
  accepted,
  done,
  secretSetting,
  toRawJson,
  type BackendType,
  type BindingCall,
  type BindRequest,
  type Call,
  type InstanceRef,
  type InstanceResult,
  type Outcome,
  type PollRequest,
  type ProvisionRequest,
  type ServiceBackend,
  type UpdateRequest,
} from '#sdk';

const settingsSchema = z.strictObject({
  name: z.string(),
  password: secretSetting(),
  credential: secretSetting(),
  pollToken: secretSetting(),
  state: secretSetting(),
  down: z.boolean().default(false),
});

type Settings = z.output<typeof settingsSchema>;

/** Works, until it is told to break: then it throws everything it knows. As carelessly written as a plugin can be. */
class LeakyBackend implements ServiceBackend {
  readonly capabilities = { fetchInstance: true, fetchBinding: true };
  private polls = 0;

  constructor(private readonly settings: Settings) {}

  async catalog(): Promise<unknown> {
    const { name, password, down } = this.settings;
    if (down) throw new Error(`cannot log in to db.internal with the password ${password}`);
    const plans = ['sync', 'async', 'broken'].map((plan) => ({ id: `${name}-${plan}`, name: plan, description: plan }));
    return { services: [{ id: name, name, description: name, bindable: true, plan_updateable: true, plans }] };
  }

  async provision(request: ProvisionRequest, { state }: Call): Promise<Outcome<InstanceResult>> {
    await state.put('secret', this.settings.state);
    this.breakOn(request.planId, request.parameters?.raw, request.context?.raw);
    return request.planId.endsWith('-async') ? accepted({ pollToken: this.settings.pollToken }) : done({});
  }

  async update(request: UpdateRequest): Promise<Outcome<InstanceResult>> {
    this.breakOn(request.planId, request.parameters?.raw, request.previousValues?.raw);
    return done({});
  }

  async bind(request: BindRequest, { bindingState }: BindingCall) {
    await bindingState.put('secret', this.settings.state);
    this.breakOn(request.planId, request.parameters?.raw, request.bindResource?.raw);
    return done({ credentials: toRawJson({ password: this.settings.credential }) });
  }

  async deprovision(): Promise<Outcome<void>> {
    return done(undefined);
  }

  async unbind(): Promise<Outcome<void>> {
    return done(undefined);
  }

  async fetchInstance(): Promise<never> {
    throw this.leak('fetchInstance');
  }

  async fetchBinding(): Promise<never> {
    throw this.leak('fetchBinding');
  }

  /** Fails twice, then the operation has succeeded. */
  async lastInstanceOperation(request: InstanceRef & PollRequest) {
    this.polls += 1;
    if (this.polls <= 2) throw this.leak(`no answer about ${request.pollToken}`);
    return { kind: 'succeeded' } as const;
  }

  async lastBindingOperation(): Promise<never> {
    throw this.leak('lastBindingOperation');
  }

  private breakOn(planId: string, ...texts: readonly (string | undefined)[]): void {
    if (planId.endsWith('-broken')) throw this.leak(...texts);
  }

  private leak(...texts: readonly (string | undefined)[]): Error {
    const { name: _, ...secrets } = this.settings;
    const message = ['it broke', JSON.stringify(secrets), ...texts].join('\n    at ');
    return Object.assign(new Error(message, { cause: new Error(message) }), { code: this.settings.password, detail: message });
  }
}

export const leakyBackend: BackendType<Settings> = {
  type: 'leaky',
  description: 'Throws everything it knows.',
  settings: settingsSchema,
  create: (settings) => new LeakyBackend(settings),
};
