import type { Device, KeptMessage, Subscriber } from '@relay/core';

/**
 * In which lines of its endpoint a message stands: in the only one there is, or in that of each of its devices. One that names
 * no device stands behind nobody. What is unreadable may be of any device, and goes out as it is: nobody waits for it.
 */
export function lineNamesOf(
  order: Subscriber['order'],
  message: KeptMessage,
  decode: (message: KeptMessage) => { readonly devices: readonly Device[] },
): readonly string[] {
  if (order === 'endpoint') return [''];
  return message.unreadable ? [] : decode(message).devices.map(({ kind, id }) => `${kind} ${id}`);
}
