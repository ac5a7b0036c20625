import type { ListenerPlan } from './configuration.ts';

/** Whether callbacks for this endpoint are taken there. */
export function serves({ endpoints }: Pick<ListenerPlan, 'endpoints'>, endpointName: string): boolean {
  return endpoints === undefined || endpoints.includes(endpointName);
}
