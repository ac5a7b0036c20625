import type { Socket } from 'node:net';

/**
 * Breaks a connection off (RST). One that is just ending it only closes: Node would fail to reset it (EINVAL), forget it
 * open, and then never come to the end of the process.
 */
export function resetConnection(socket: Socket): void {
  const isEnding = socket.writableEnded && !socket.writableFinished;
  if (isEnding) socket.destroy();
  else socket.resetAndDestroy();
}
