/** Part of `npm test`: sees to it that the machine has a Redis program, where that can be done without asking. */
import { findRedisProgram, installRedisProgram } from './redis-program.ts';

if (findRedisProgram(process.env.PATH) === undefined) installRedisProgram(process.env.PATH);
