import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/**
 * Connections are kept for the next attempt. How many are in use is bounded by the subscribers' concurrency; a cap here would
 * make subscribers of one host wait for each other.
 */
const kept: AgentOptions = {
  keepAlive: true,
  /** Per origin. */
  maxFreeSockets: 64,
  /** Idle ones are closed after this time in ms, sooner if the server says so. */
  timeout: 60_000,
};

export function createAgents() {
  const http = new HttpAgent(kept);
  const https = new HttpsAgent(kept);
  return {
    http,
    https,
    destroy() {
      http.destroy();
      https.destroy();
    },
  };
}
