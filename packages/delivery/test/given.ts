import type { TestContext } from 'node:test';
import type { KeptMessage, Signing, Subscriber } from '@relay/core';
import { createDelivery, type DeliveryOptions, type HttpDelivery } from '../src/index.ts';

export function givenSubscriber(url: string, changes: Partial<Subscriber> = {}): Subscriber {
  return {
    name: 'billing',
    url,
    endpoints: ['carrier'],
    from: { kind: 'now' },
    timeoutMs: 30_000,
    concurrency: 16,
    retry: { scheduleMs: [1000], maxAgeMs: 10_000, jitter: 0.2, giveUpOn: [[410, 410]] },
    method: 'POST',
    wheres: {},
    resume: false,
    connectTimeoutMs: 5_000,
    network: { allowPrivate: true, deny: [], allow: [] },
    headers: {},
    payload: 'raw',
    redact: false,
    ...changes,
  };
}

export function givenMessage(changes: Partial<KeptMessage> = {}): KeptMessage {
  return {
    id: 'carrier-1700000000000-0-abcd',
    endpoint: 'carrier',
    ordinal: 1,
    receivedAt: 1_700_000_000_000,
    contentType: 'application/json',
    vendorAttempt: 1,
    account: '0000123456-00001',
    service: 'CarrierService',
    type: 'activateResponse',
    correlationId: '24da9f9a-8110-4a54-86b4-93fb76aab83c',
    status: 'Success',
    body: Buffer.from('{"requestId":"24da9f9a"}'),
    ...changes,
  };
}

export function givenDelivery(t: TestContext, options: Partial<DeliveryOptions> = {}): HttpDelivery {
  const delivery = createDelivery({
    userAgentVersion: '0.1.0',
    sourceOf: (endpoint) => (endpoint === 'carrier' ? 'thingspace' : undefined),
    payloadOf: (_subscriber, message) => message,
    ...options,
  });
  t.after(() => delivery.close());
  return delivery;
}

/** As Standard Webhooks signs. */
export function signedWith(...secrets: Buffer[]): Signing {
  return { kind: 'standard-webhooks', secrets, privateKeys: [] };
}
