import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** The name under which this process holds leases: never the same twice. */
@Injectable()
export class GatewayIdentity {
  readonly name = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
}
