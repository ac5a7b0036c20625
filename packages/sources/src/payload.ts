import type { KeptMessage, Source, SourceName } from '@relay/core';

/**
 * A message in the one shape of all sources, as payload.schema.json and docs/payload.md describe it: what the log holds of
 * it, and nothing of the moment or of the configuration but the source, so that it is the same at every attempt. The
 * content is put in as the text that it is: parsed and written again, long numbers would lose digits, and deep nesting
 * would need a deep stack.
 */
export function jsonPayload(source: Pick<Source, 'decode'>, sourceName: SourceName, message: KeptMessage): Buffer {
  const { devices, content } = source.decode(message.body, message.contentType);
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
