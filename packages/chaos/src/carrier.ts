import { credentials } from './credentials.ts';

const name = 'carrier';
const bodyBytes = 600;

/** The endpoint that the steady load is posted to, as it stands in relay.yaml. */
export const carrier = {
  name,
  source: 'thingspace',
  path: `/${name}`,
  verify: { credentials: [credentials] },
} as const;

/** A callback as ThingSpace sends it, of `bodyBytes` bytes and unlike any with another id. */
export function carrierBody(id: string): string {
  const body = (padding: string) => JSON.stringify({ ...credentials, requestId: id, status: 'Success', padding });
  return body('-'.repeat(Math.max(0, bodyBytes - body('').length)));
}
