import { connect } from 'node:net';

/** Writes these bytes (each character is one) to a server as they are, and says with which statuses it answers until it closes the connection. */
export async function statusesOf(url: string, bytes: string, { hangUp = false } = {}): Promise<number[]> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  // The server may cut off what it does not want to read.
  socket.on('error', () => {});
  let said = '';
  socket.setEncoding('latin1').on('data', (text) => {
    said += String(text);
  });
  if (hangUp) socket.end(bytes, 'latin1');
  else socket.write(bytes, 'latin1');
  await new Promise((resolve) => socket.once('close', resolve));
  return [...said.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
}
