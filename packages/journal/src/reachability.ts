import { BrokenLogError } from './broken-log.ts';
import type { RedisConnection } from './connect.ts';
import { nodeOf } from './nodes.ts';

const probeEveryMs = 200;

/** One node of a cluster is away; the others may be well. */
export class NodeAwayError extends Error {
  readonly code = 'NODE_AWAY';
}

export interface ReachabilityOptions {
  /** Where the node of an endpoint is asked while nobody knows that it is away, the commands time out. */
  readonly redis: RedisConnection;
  /** Rejects unless the node of this endpoint takes messages now. */
  readonly prove: (endpoint: string) => Promise<void>;
  /** A node of a cluster is away, or there again: then there is no error. Each is told once. */
  readonly onNode: (node: string, error?: unknown) => void;
}

export type Reachability = ReturnType<typeof createReachability>;

/**
 * Knows whether Redis takes messages, so that an outage costs each caller microseconds and not a time-out. After a failure
 * the node of a cluster, or the only Redis, counts as away until a probe has come back.
 */
export function createReachability({ redis, prove, onNode }: ReachabilityOptions) {
  const away = new Map<string, NodeJS.Timeout>();
  let closed = false;

  function failed(endpoint: string, error: unknown): void {
    const node = nodeOf(redis, endpoint);
    if (closed || away.has(node)) return;
    if (node !== '') onNode(node, error);
    schedule(node, endpoint);
  }

  function schedule(node: string, endpoint: string): void {
    if (closed) return;
    away.set(
      node,
      setTimeout(() => void probe(node, endpoint), probeEveryMs),
    );
  }

  async function probe(node: string, endpoint: string): Promise<void> {
    const takes = await prove(endpoint).then(
      () => true,
      () => false,
    );
    // After a failover another node has what this one had.
    if (!takes && nodeOf(redis, endpoint) === node) return schedule(node, endpoint);
    away.delete(node);
    if (node !== '' && !closed) onNode(node);
  }

  return {
    /** Whether a keep would reach the node of this endpoint; without one, whether it would reach the only Redis. */
    reachable(endpoint?: string): boolean {
      return redis.status === 'ready' && !away.has(endpoint === undefined ? '' : nodeOf(redis, endpoint));
    },
    /** The node of this endpoint did not do what it was asked. */
    failed,
    /** Asks the node of an endpoint. On a cluster, rejects with NodeAwayError where it is away, and holds nobody up. */
    async ask<T>(endpoint: string, asking: () => Promise<T>): Promise<T> {
      const node = nodeOf(redis, endpoint);
      if (node === '') return asking();
      const message = `the node ${node} of Redis is away`;
      if (away.has(node)) throw new NodeAwayError(message);
      try {
        return await asking();
      } catch (error) {
        if (!isOfNode(error)) throw error;
        failed(endpoint, error);
        throw new NodeAwayError(message, { cause: error });
      }
    },
    close(): void {
      closed = true;
      for (const timer of away.values()) clearTimeout(timer);
    },
  };
}

/** What a node answers to one question says nothing of the next, but for these words. */
const ofNode = /^(CLUSTERDOWN|LOADING|MASTERDOWN|READONLY)\b/;
/** What is said where it did not answer. */
const silence =
  /timed? ?out|\bclos|aborted|disconnect|isn't (ready|writeable)|is ended|max retries|redirections|slots cache|startup nodes|no master node/i;

function isOfNode(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof BrokenLogError) return false;
  if (error.name === 'ReplyError') return ofNode.test(error.message);
  return 'syscall' in error || silence.test(error.message);
}
