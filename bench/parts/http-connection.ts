import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One connection on which one request follows the other. */
export type HttpConnection = {
  post: (path: string, ticket: string, body: string) => Promise<{ status: number; body: string }>;
  close: () => void;
};

/**
 * Opens a connection that speaks just as much HTTP as our server's answers need: whoever puts load on it shares the
 * machine, and should leave it to the server.
 */
export async function openHttpConnection(url: string): Promise<HttpConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.setNoDelay(true);
  const next = answersOf(socket);
  return {
    post: (path, ticket, body) => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${ticket}\r\n` +
          `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
      return next();
    },
    close: () => socket.destroy(),
  };
}

type Answer = { status: number; body: string };

function answersOf(socket: Socket): () => Promise<Answer> {
  let received = '';
  let waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;
  socket.setEncoding('latin1');
  socket.on('error', () => {});
  socket.on('close', () => waiting?.reject(new Error('The server has closed the connection')));
  socket.on('data', (chunk: string) => {
    received += chunk;
    const bodyAt = received.indexOf('\r\n\r\n') + 4;
    const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
    if (bodyAt < 4 || received.length < bodyAt + length) return;
    const answer = { status: Number(received.slice(9, 12)), body: received.slice(bodyAt) };
    received = '';
    waiting?.resolve(answer);
  });
  return () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
}
