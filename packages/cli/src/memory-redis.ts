/** A Redis in memory, for a look around on a machine that has no real one. Its argument is the port. */
import { createRedisMock } from 'js-redis-server';

await createRedisMock({ port: Number(process.argv[2]), compatibility: 'redis-7.0' });
console.log('Ready to accept connections');
