import { X509Certificate } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import type { OutgoingRequest } from './add-secrets.ts';
import { whyNoAnswer } from './why-no-answer.ts';

/** What a request came to. */
export interface Answer {
  /** 0 when there was none. */
  readonly status: number;
  /** The answer's body, or why there was none. */
  readonly text: string;
  readonly ms: number;
}

export interface PosterOptions {
  readonly timeoutMs: number;
  /** PEM of the only certificate that https servers may show, whatever name it is for. Default: what Node goes by. */
  readonly certificate?: string | undefined;
}

export interface Poster {
  /** Never rejects: what cannot be sent, takes too long or is aborted ends without an answer. */
  post(request: OutgoingRequest, signal?: AbortSignal): Promise<Answer>;
  close(): void;
}

/** More of an answer is cut off. */
const maxAnswerBytes = 16 * 1024;
/** Shorter than servers keep an idle connection, so that none is closed at the moment it is used. */
const idleMs = 3_000;

/** Posts over connections that are kept. A connection that breaks is an attempt without an answer; nothing is repeated here. */
export function createPoster({ timeoutMs, certificate }: PosterOptions): Poster {
  const agentOptions = { keepAlive: true, timeout: idleMs };
  const agents = {
    'http:': new http.Agent(agentOptions),
    'https:': new https.Agent({ ...agentOptions, ...(certificate !== undefined && trustOnly(certificate)) }),
  };

  async function send({ url, headers, body }: OutgoingRequest, signal: AbortSignal): Promise<Omit<Answer, 'ms'>> {
    const secure = new URL(url).protocol === 'https:';
    const { request } = secure ? https : http;
    const agent = agents[secure ? 'https:' : 'http:'];
    return new Promise((resolve, reject) => {
      const lengthened = { ...headers, 'content-length': body.length };
      const sending = request(url, { method: 'POST', headers: lengthened, agent, signal }, (response) => {
        bodyOf(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
      });
      // The agent's time is for idle connections; ours is in the signal.
      sending.setTimeout(0);
      sending.on('error', reject).end(body);
    });
  }

  return {
    async post(outgoing, signal) {
      const startedAt = performance.now();
      const timeout = AbortSignal.timeout(timeoutMs);
      const given = await send(outgoing, signal === undefined ? timeout : AbortSignal.any([signal, timeout])).catch(
        (error: unknown) => ({
          status: 0,
          text: timeout.aborted
            ? `no answer in ${timeoutMs} ms`
            : whyNoAnswer(error, { url: outgoing.url, pinned: certificate !== undefined }),
        }),
      );
      return { ...given, ms: performance.now() - startedAt };
    },
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

/** Of several certificates the first one only: those that vouch for it vouch for others, too. */
function trustOnly(certificates: string): https.AgentOptions {
  return {
    ca: new X509Certificate(certificates).toString(),
    allowPartialTrustChain: true,
    checkServerIdentity: () => undefined,
  };
}

async function bodyOf(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let left = maxAnswerBytes;
  for await (const chunk of response) {
    chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) break;
  }
  return Buffer.concat(chunks).toString();
}
