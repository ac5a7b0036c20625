import type { Network, Subscriber, Where } from '@relay/core';
import type { Received } from './declare-receives.ts';
import type { DeclaredSubscriber } from './declare-subscriber.ts';
import { resolveGlobs } from './globs.ts';

/** A subscriber with its globs resolved; `usualNetwork` is what counts where it says nothing of its own. */
export function createSubscriber(
  declared: DeclaredSubscriber,
  { names, usualNetwork }: { readonly names: readonly string[]; readonly usualNetwork: Network },
): Subscriber {
  const { receives, timeout, ordered, breaker, sign, network = usualNetwork, ...rest } = declared;
  const globs = receives.map(({ endpoint }) => endpoint);
  const endpoints = resolveGlobs(globs, names);
  return {
    ...rest,
    endpoints,
    wheres: createWheres(receives, endpoints),
    timeoutMs: timeout.total,
    connectTimeoutMs: timeout.connect,
    ...(ordered && { order: ordered }),
    ...(breaker && { breaker }),
    ...(sign && { signing: sign }),
    network,
  };
}

/** Whoever names an endpoint without a rule wants all of it, whatever else names it. */
function createWheres(receives: readonly Received[], endpoints: readonly string[]): Subscriber['wheres'] {
  const entries = endpoints.map((name): [string, readonly (Where | undefined)[]] => [
    name,
    receives.filter(({ endpoint }) => resolveGlobs([endpoint], [name]).length > 0).map(({ where }) => where),
  ]);
  const ruled = entries.flatMap(([name, wheres]) => {
    const rules = wheres.filter((where) => where !== undefined);
    return rules.length < wheres.length ? [] : [[name, rules] as const];
  });
  return Object.fromEntries(ruled);
}
