/** What requests seen on the wire may have left at the broker. */
export class Traces {
  private readonly made = new Map<string, Left>();

  /** Notes what a request may have made, or did remove. */
  note(method: string, path: string, body: unknown, status: number | undefined): void {
    const resource = path.split('?', 1)[0] ?? path;
    if (!RESOURCE.test(resource)) return;
    if (method === 'PUT' && !refused(status)) this.made.set(resource, { ...this.made.get(resource), path: resource, ...idsIn(body) });
    if (method === 'DELETE' && (status === 200 || status === 410)) this.forget(resource);
  }

  /** Bindings before their instances, as they must be removed. */
  get left(): readonly Left[] {
    return [...this.made.values()].toSorted((a, b) => b.path.split('/').length - a.path.split('/').length);
  }

  private forget(resource: string): void {
    for (const path of this.made.keys()) if (path === resource || path.startsWith(`${resource}/`)) this.made.delete(path);
  }
}

/** A path that was created, with the ids it was created by where they could be read. */
export interface Left {
  readonly path: string;
  readonly serviceId?: string;
  readonly planId?: string;
}

const RESOURCE = /^\/v2\/service_instances\/[^/]+(\/service_bindings\/[^/]+)?$/;

const refused = (status: number | undefined): boolean => status !== undefined && status >= 400 && status < 500;

function idsIn(body: unknown): { serviceId?: string; planId?: string } {
  const { service_id: serviceId, plan_id: planId } = (body ?? {}) as Record<string, unknown>;
  return {
    ...(typeof serviceId === 'string' ? { serviceId } : {}),
    ...(typeof planId === 'string' ? { planId } : {}),
  };
}
