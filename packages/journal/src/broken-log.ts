/** Something under the keys of one endpoint is not what it should be; Redis is well, and every other endpoint with it. */
export interface BrokenLog {
  readonly endpoint: string;
  /** As Redis put it. */
  readonly reason: string;
}

/** The log of this endpoint takes and gives nothing until a person has looked after its keys. */
export class BrokenLogError extends Error implements BrokenLog {
  readonly code = 'LOG_BROKEN';
  readonly endpoint: string;
  readonly reason: string;

  constructor({ endpoint, reason }: BrokenLog) {
    super(`the log of ${endpoint} is broken: ${reason}`);
    this.endpoint = endpoint;
    this.reason = reason;
  }
}

const ofRedisAsAWhole =
  /\b(OOM|READONLY|MISCONF|NOREPLICAS|NOPERM|TRYAGAIN|CLUSTERDOWN)\b|can't run this command|non local key|cluster is down/;
const ofKeys = /^(WRONGTYPE|ERR)\b|user_script/;
/** What Redis adds to an error of a script. */
const whereInScript = / script: \w+, on @user_script:\d+\.$/;

/** What is wrong with the keys that were asked for; undefined where the error says something of Redis itself. */
export function troubleOfKeys(error: unknown): string | undefined {
  const text = error instanceof Error ? (error.name === 'ReplyError' ? error.message : '') : String(error);
  return ofKeys.test(text) && !ofRedisAsAWhole.test(text) ? text.replace(whereInScript, '') : undefined;
}

/** Names the endpoint in an error that only its keys have caused. */
export async function naming<T>(endpoint: string, asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    const reason = troubleOfKeys(error);
    throw reason === undefined ? error : new BrokenLogError({ endpoint, reason });
  }
}
