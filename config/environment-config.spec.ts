import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { environmentConfig, environmentModule } from './environment-config.js';
import { readEnvironment } from './environment.js';

test('a Nest program is given the environment under its key', async () => {
  const environment = readEnvironment({ PORT: '1234' });
  @Module({ imports: [environmentModule(environment)] })
  class Program {}

  const program = await NestFactory.createApplicationContext(Program, { logger: false });
  expect(program.get(environmentConfig.KEY)).toEqual(environment);
  await program.close();
});
