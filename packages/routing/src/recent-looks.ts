import type { BodyLook, JudgedMessage, LookInto } from './message-view.ts';

/** So many bodies are remembered, */
const mostLooks = 256;
/** and of these so many bytes: parsed, they take several times as much memory. */
const mostBytes = 1024 * 1024;

/** Looks once into what several subscribers are asked about: they read the same messages at about the same time. */
export function createRecentLooks(lookInto: LookInto): LookInto {
  /** The oldest first. */
  const recent = new Map<string, { readonly look: BodyLook | undefined; readonly bytes: number }>();
  let bytesHeld = 0;

  function remember(id: string, look: BodyLook | undefined, bytes: number): void {
    recent.set(id, { look, bytes });
    bytesHeld += bytes;
    for (const [oldest, held] of recent) {
      if (recent.size <= mostLooks && bytesHeld <= mostBytes) return;
      recent.delete(oldest);
      bytesHeld -= held.bytes;
    }
  }

  return (message: JudgedMessage) => {
    const { id, body } = message;
    if (id === undefined) return lookInto(message);
    const known = recent.get(id);
    if (known !== undefined) return known.look;
    const look = lookInto(message);
    remember(id, look, body.length);
    return look;
  };
}
