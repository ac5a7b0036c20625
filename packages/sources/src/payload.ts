import { type Decoded, type KeptMessage, type Source, type SourceName, sourceNames } from '@relay/core';
import { contentOf } from './content.ts';
import { createSource } from './create-source.ts';

/** As much of a source as a message needs that has been kept. */
export type BodySource = Pick<Source, 'decode' | 'redact'>;

/**
 * A message in the one shape of all sources, as payload.schema.json and docs/payload.md describe it: what the log holds of
 * it, and nothing of the moment or of the configuration but the source, so that it is the same at every attempt. The
 * content is put in as the text that it is: parsed and written again, long numbers would lose digits, and deep nesting
 * would need a deep stack.
 *
 * `sourceName` is undefined where nobody knows any more what the endpoint's source was.
 */
export function jsonPayload(source: BodySource, sourceName: SourceName | undefined, message: KeptMessage): Buffer {
  const { devices, content } = decode(source, message);
  // In the order of the schema; what is undefined is left out.
  const facts = JSON.stringify({
    id: message.id,
    source: sourceName,
    endpoint: message.endpoint,
    account: message.account,
    service: message.service,
    type: message.type,
    correlationId: message.correlationId,
    status: message.status,
    devices: devices.map(({ id, kind }) => ({ id, kind })),
    receivedAt: new Date(message.receivedAt).toISOString(),
    vendorAttempt: message.vendorAttempt,
    contentType: message.contentType,
  });
  return Buffer.from(`${facts.slice(0, -1)},"content":${content}}`);
}

/** A source promises not to throw. If one does all the same, a message in an odd shape is better than none. */
function decode(source: BodySource, { body, contentType }: KeptMessage): Decoded {
  try {
    return source.decode(body, contentType);
  } catch {
    return { devices: [], content: contentOf(source.redact(body), contentType) };
  }
}

/** For messages of an endpoint that nobody knows any more: without what any vendor's credentials look like. */
export function createUnknownSource(): BodySource {
  const dialects = sourceNames.map((source) => createSource({ ...nowhere, source }));
  const redact = (body: Buffer) => dialects.reduce((rest, dialect) => dialect.redact(rest), body);
  return {
    redact,
    decode: (body, contentType) => ({ devices: [], content: contentOf(redact(body), contentType) }),
  };
}

const nowhere = {
  name: 'unknown',
  path: '/unknown',
  account: undefined,
  service: undefined,
  verify: { credentials: [], allow: [] },
  dedupMs: 0,
};
