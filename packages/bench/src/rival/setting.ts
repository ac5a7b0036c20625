/** What the rival's processes are told, as JSON in their first argument. */
export interface RivalSetting {
  readonly redisUrl: string;
  /** The ingest's. */
  readonly port: number;
  readonly subscribers: readonly { readonly name: string; readonly url: string; readonly concurrency: number }[];
}

export function settingOf([, , argument = '']: readonly string[]): RivalSetting {
  return JSON.parse(argument);
}
