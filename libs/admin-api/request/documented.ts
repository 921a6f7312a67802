import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';

/** The body of everything that is not a success. */
export const refusal = z
  .strictObject({
    error: z.string().describe('One word, for programs.'),
    description: z.string().describe('What is wrong, and the way out.'),
  })
  .meta({ id: 'Refusal' });

export interface RouteFacts {
  /** A short sentence, without a full stop. */
  readonly summary: string;
  readonly description?: string;
  /** Status of success; 200 unless told. */
  readonly status?: 200 | 201;
  /** What a success answers. */
  readonly answer: z.ZodType;
  /** When it refuses what was well asked, by status. */
  readonly refusals?: Readonly<Partial<Record<404 | 409 | 412, string>>>;
}

/** A route as the OpenAPI document tells of it; also sets the status of its success. */
export function Documented({ summary, description, status = 200, answer, refusals = {} }: RouteFacts): MethodDecorator {
  return applyDecorators(
    HttpCode(status),
    ApiOperation({ summary, ...(description === undefined ? {} : { description }) }),
    ApiResponse({ status, description: 'Done.', standardSchema: answer }),
    ...Object.entries(refusals).map(([code, when]) =>
      ApiResponse({ status: Number(code), description: when, standardSchema: refusal }),
    ),
  );
}
