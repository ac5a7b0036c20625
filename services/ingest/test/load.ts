import { eventually } from '@relay/testkit';
import { callback, carrier, post, type Station } from './station.ts';

/** Vendors that each post one callback after the other, each unlike all others. */
export function startLoad({ url }: Pick<Station, 'url'>, { vendors = 8 } = {}) {
  const sent: string[] = [];
  const statuses = new Set<number>();
  let posting = true;
  const ends = Array.from({ length: vendors }, async (_, vendor) => {
    for (let n = 0; posting; n += 1) {
      const body = callback({ requestId: `${vendor}-${n}` });
      const { status } = await post(url + carrier.path, body);
      sent.push(body);
      statuses.add(status);
    }
  });
  return {
    sent,
    /** As they came so far, each once. */
    statuses: () => [...statuses],
    /** Waits until so many more are answered. */
    async more(what: string, count = 200) {
      const before = sent.length;
      await eventually(`callbacks come in ${what}`, () => sent.length > before + count);
    },
    async stop() {
      posting = false;
      await Promise.all(ends);
    },
  };
}

/** Everything that `unread` gives until there is no more. */
export async function readAll(unread: () => Promise<readonly Buffer[]>): Promise<string[]> {
  const read: string[] = [];
  for (let more = await unread(); more.length > 0; more = await unread()) read.push(...more.map(String));
  return read;
}
