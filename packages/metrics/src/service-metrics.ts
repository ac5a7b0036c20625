import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import manifest from '../package.json' with { type: 'json' };

/** What every service counts about itself. */
export interface ServiceMetrics {
  /** A configuration was applied or turned down at `at`, epoch ms. Turned down, the older one stays in force. */
  configuration(change: { readonly applied: boolean; readonly at: number }): void;
  redisReachable(reachable: boolean): void;
  /** The part of its maxmemory that Redis uses, the fullest node's where there are several. */
  redisMemory(part: number): void;
  /** So many settings of Redis may cost messages. */
  redisWarnings(count: number): void;
  /** The content type of `text()`. */
  readonly contentType: string;
  /** Everything counted so far, in the Prometheus text format. */
  text(): Promise<string>;
}

/** A registry of its own for each call, so that two services can live in one process. */
export function createRegistry(): Registry {
  const registry = new Registry();
  // The default of 10 ms would wake an idle process a hundred times a second.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 });
  return registry;
}

export function createServiceMetrics(registry: Registry): ServiceMetrics {
  const registers = [registry];
  const build = new Gauge({
    name: 'relay_build_info',
    help: 'Always 1; the labels say which relay this is',
    labelNames: ['version', 'node'],
    registers,
  });
  build.set({ version: manifest.version, node: process.version }, 1);
  const accepted = new Gauge({
    name: 'relay_configuration_accepted',
    help: '1 while the relay.yaml read last is in force, 0 when it was turned down and an older one, or none, is',
    registers,
  });
  const appliedAt = new Gauge({
    name: 'relay_configuration_applied_timestamp_seconds',
    help: 'When the configuration in force was applied, 0 before the first',
    registers,
  });
  const reachable = new Gauge({
    name: 'relay_redis_reachable',
    help: '1 while Redis takes commands',
    registers,
  });

  const memory = new Gauge({
    name: 'relay_redis_memory_ratio',
    help: 'The part of its maxmemory that Redis uses, that of the fullest node; 0 without a maxmemory',
    registers,
  });

  const warnings = new Gauge({
    name: 'relay_redis_warnings',
    help: 'Settings of Redis that may cost messages; 0 before it was asked',
    registers,
  });

  return {
    configuration({ applied, at }) {
      accepted.set(applied ? 1 : 0);
      if (applied) appliedAt.set(at / 1000);
    },
    redisReachable: (now) => reachable.set(now ? 1 : 0),
    redisMemory: (part) => memory.set(part),
    redisWarnings: (count) => warnings.set(count),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
