export { eventually } from './eventually.ts';
export { type FaultProxy, type FaultTarget, startFaultProxy } from './fault-proxy.ts';
export { freePort } from './free-port.ts';
export { type ProcessOptions, type RunningProcess, startProcess } from './process.ts';
export {
  type Answering,
  type Receiver,
  type ReceiverOptions,
  type Reply,
  type Request,
  startReceiver,
} from './receiver.ts';
export { type RedisOptions, type RunningRedis, startRedis } from './redis.ts';
export { type RedisClusterOptions, type RedisShard, type RunningCluster, startRedisCluster } from './redis-cluster.ts';
export { type RunningSentinels, startRedisSentinels } from './redis-sentinel.ts';
export { type Remote, serve, startRemote } from './remote.ts';
export { resetConnection } from './reset-connection.ts';
export { type Running, runCommand } from './run-command.ts';
export { sample, sampleNames } from './samples.ts';
export { median, percentile, sum } from './statistics.ts';
export { tailTearer } from './tail-tearer.ts';
export { temporaryFolder } from './temporary-folder.ts';
