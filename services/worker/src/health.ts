import type { Readiness } from '@relay/metrics';
import type { Outage } from './outage.ts';

export interface HealthOptions {
  readonly outage: Pick<Outage, 'reachable'>;
  /** Whether a configuration is in force. */
  readonly applied: boolean;
}

/** Whether deliveries are made. Subscribers have no say in it: their trouble is not the worker's. */
export function readiness({ outage, applied }: HealthOptions): Readiness {
  const reachable = outage.reachable();
  return {
    ready: applied && reachable,
    configuration: applied ? 'applied' : 'not applied yet',
    redis: reachable ? 'reachable' : 'away',
  };
}
