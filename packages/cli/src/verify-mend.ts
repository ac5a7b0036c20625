import type { Audit, OpenEntry } from '@relay/journal';
import type { Retries } from '@relay/retries';
import { type Amiss, isFinding } from './verify-kinds.ts';
import type { Look } from './verify-look.ts';

/** Mends what can be mended of what a look has shown; answers how much of which. What it opens gets an alarm, as what had none. */
export async function mend(audit: Audit, retries: Pick<Retries, 'renew'>, look: Look): Promise<readonly Amiss[]> {
  const mended: Amiss[] = [];
  for (const [endpoint, amiss] of Map.groupBy(look.amiss, (one) => one.endpoint)) {
    const findings = amiss.filter(isFinding);
    const done = await audit.mend({ findings, subscribers: look.subscribers.get(endpoint) ?? [] });
    for (const { finding, count } of done) {
      const { kind, subscriber = '' } = finding;
      if (kind === 'unsettled') await setAlarms(retries, await audit.open({ endpoint, subscriber }), finding);
      mended.push({ ...finding, count });
    }
    for (const one of amiss) {
      if (one.kind !== 'no-alarm') continue;
      await setAlarms(retries, look.open, one);
      mended.push(one);
    }
  }
  return mended;
}

async function setAlarms(retries: Pick<Retries, 'renew'>, open: readonly OpenEntry[], amiss: Amiss): Promise<void> {
  const wanted = new Set(amiss.entries);
  for (const { endpoint, subscriber, entry, generation } of open) {
    if (endpoint !== amiss.endpoint || subscriber !== amiss.subscriber || !wanted.has(entry)) continue;
    await retries.renew(subscriber, { endpoint, entry, generation });
  }
}
